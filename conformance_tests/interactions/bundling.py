"""Bundles to post, and what their entries were answered."""

from __future__ import annotations

from typing import Any

from conformance_tests.interactions.serving import body
from server.fhir.resource import Resource


def bundle(*entries: Resource, type: str = "transaction") -> Resource:
    """A Bundle of entries."""
    return {"resourceType": "Bundle", "type": type, "entry": list(entries)}


def entry(method: str, url: str, resource: Resource | None = None, full_url: str = "", **more: Any) -> Resource:
    """An entry; `more` are further elements of its request."""
    found: Resource = {"request": {"method": method, "url": url, **more}}
    if full_url:
        found["fullUrl"] = full_url
    return {**found, "resource": resource} if resource is not None else found


def responses(answer: Any) -> list[tuple[str, str]]:
    """Status and location of each entry of a response Bundle."""
    found = body(answer)
    assert answer.status_code == 200, answer.text
    return [(one["response"]["status"], one["response"].get("location", "")) for one in found["entry"]]
