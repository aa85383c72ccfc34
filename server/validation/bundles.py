"""bdl-1 to bdl-12: what a Bundle of each type holds.

Source: http://hl7.org/fhir/R4/bundle.html#invs
"""

from __future__ import annotations

from collections.abc import Iterator

from server.fhir.resource import Json, Resource
from server.validation.finding import Check, Context, Findings, error

_REQUESTED = ("batch", "transaction", "history")
_ANSWERED = ("batch-response", "transaction-response", "history")


def totalled(value: Json, context: Context) -> Findings | None:
    """bdl-1: only a searchset or history has a total."""
    if "total" not in value or value.get("type") in ("searchset", "history"):
        return None
    return [error("invariant", "bdl-1: only a searchset or history has a total", "total")]


def searched(value: Json, context: Context) -> Findings | None:
    """bdl-2: only the entries of a searchset have search."""
    if value.get("type") == "searchset":
        return None
    text = "bdl-2: only the entries of a searchset have search"
    return [error("invariant", text, f"{path}.search") for path, one in _entries(value) if "search" in one] or None


def _exactly(key: str, name: str, types: tuple[str, ...]) -> Check:
    def check(value: Json, context: Context) -> Findings | None:
        if "type" not in value:  # that it is required is said already
            return None
        wanted = value["type"] in types
        text = f"{key}: an entry has {name} in a {', '.join(types)} Bundle, and in no other"
        return [error("invariant", text, path) for path, one in _entries(value) if (name in one) != wanted] or None

    return check


requested = _exactly("bdl-3", "request", _REQUESTED)
answered = _exactly("bdl-4", "response", _ANSWERED)


def filled(value: Json, context: Context) -> Findings | None:
    """bdl-5: an entry has a resource, a request or a response."""
    if "resource" in value or "request" in value or "response" in value:
        return None
    return [error("invariant", "bdl-5: an entry has a resource, a request or a response")]


def unique(value: Json, context: Context) -> Findings | None:
    """bdl-7: a fullUrl comes once, or once for each version; a history may repeat it."""
    if value.get("type") == "history":
        return None
    seen: set[tuple[str, str]] = set()
    found: Findings = []
    for path, one in _entries(value):
        url = one.get("fullUrl")
        if not isinstance(url, str):
            continue
        if (url, _version(one)) in seen:
            found.append(error("invariant", "bdl-7: an earlier entry has the same fullUrl", f"{path}.fullUrl"))
        seen.add((url, _version(one)))
    return found or None


def versionless(value: Json, context: Context) -> Findings | None:
    """bdl-8: a fullUrl names no version."""
    url = value.get("fullUrl")
    if not isinstance(url, str) or "/_history/" not in url:
        return None
    return [error("invariant", "bdl-8: a fullUrl names no version", "fullUrl")]


def identified(value: Json, context: Context) -> Findings | None:
    """bdl-9: a document has an identifier with system and value."""
    identifier = value.get("identifier")
    whole = isinstance(identifier, dict) and "system" in identifier and "value" in identifier
    if whole or value.get("type") != "document":
        return None
    return [error("invariant", "bdl-9: a document has an identifier with system and value", "identifier")]


def dated(value: Json, context: Context) -> Findings | None:
    """bdl-10: a document has a timestamp."""
    if "timestamp" in value or value.get("type") != "document":
        return None
    return [error("invariant", "bdl-10: a document has a timestamp", "timestamp")]


def _opens(key: str, type: str, first: str) -> Check:
    def check(value: Json, context: Context) -> Findings | None:
        if value.get("type") != type:
            return None
        resource = next((one.get("resource") for _, one in _entries(value)), None)
        if isinstance(resource, dict) and resource.get("resourceType") == first:
            return None
        return [error("invariant", f"{key}: the first entry of a {type} is a {first}", "entry")]

    return check


composed = _opens("bdl-11", "document", "Composition")
headed = _opens("bdl-12", "message", "MessageHeader")


def _entries(bundle: Resource) -> Iterator[tuple[str, Resource]]:
    entries = bundle.get("entry")
    for index, one in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(one, dict):
            yield f"entry[{index}]", one


def _version(entry: Resource) -> str:
    resource = entry.get("resource")
    meta = resource.get("meta") if isinstance(resource, dict) else None
    return str(meta.get("versionId", "")) if isinstance(meta, dict) else ""
