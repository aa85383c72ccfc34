"""Replies that carry one version of a resource.

Source: http://hl7.org/fhir/R4/http.html#create
"""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache

from server.fhir import codec
from server.fhir.outcome import Issue, outcome
from server.fhir.resource import Resource
from server.interactions.conditions import etag, preference
from server.interactions.request import Reply, Request
from server.interactions.subsetting import Cut
from server.storage.store import Row


def version_headers(row: Row) -> dict[str, str]:
    """ETag and Last-Modified of a version."""
    return {"ETag": etag(row.version), "Last-Modified": _http_date(row.at // 1000)}


@lru_cache(64)
def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


def of_row(row: Row, cut: Cut) -> Reply:
    """A stored version, as much of it as is asked for."""
    return Reply(200, cut(row.body or b""), version_headers(row))


def of_write(request: Request, row: Row, status: int) -> Reply:
    """The answer to a write, in the form that Prefer asks for; `row` has its body."""
    headers = version_headers(row)
    if status == 201 or request.method == "POST":
        headers["Location"] = location(request.base, row)
    return Reply(status, _content(request, row, status), headers)


def of_resource(resource: Resource, status: int = 200) -> Reply:
    """A resource that is not itself stored."""
    return Reply(status, codec.encode(resource))


def location(base: str, row: Row) -> str:
    """The URL of a version."""
    return f"{base}/{row.type}/{row.id}/_history/{row.version}"


def said(row: Row, status: int) -> Resource:
    """The OperationOutcome of a write that succeeded."""
    done = "created" if status == 201 else "updated"
    return outcome([Issue("information", "informational", f"{row.type}/{row.id} {done}")])


def _content(request: Request, row: Row, status: int) -> bytes:
    wanted = preference(request)
    if wanted == "OperationOutcome":
        return codec.encode(said(row, status))
    return b"" if wanted == "minimal" else row.body or b""
