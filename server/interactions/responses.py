"""What an entry of a batch or transaction is answered.

Resources come back only when `Prefer: return=representation` asks for them, and for what was read.
Source: http://hl7.org/fhir/R4/bundle.html#Bundle.entry.response
"""

from __future__ import annotations

from base64 import b64encode
from http import HTTPStatus

from server.fhir import codec
from server.fhir.resource import Resource
from server.interactions import replies, write
from server.interactions.bundles import Entry
from server.interactions.conditions import etag, preference
from server.interactions.request import FHIR_JSON, Reply, Request
from server.storage.store import Row

_ASKING = ("$", "_")
"""How the last segment of an address begins that a POST only asks of: an operation, or `_search`."""


def of_row(request: Request, row: Row, status: int) -> Entry:
    """The answer to a write, with what Prefer asks for; a deletion has no body."""
    wanted = preference(request, "minimal")
    response: Resource = {
        "status": _status(status),
        "location": f"{row.type}/{row.id}/_history/{row.version}",
        "etag": etag(row.version),
        "lastModified": write.instant_of(row.at),
    }
    if wanted == "OperationOutcome" and row.body is not None:
        response["outcome"] = replies.said(row, status)
    body = row.body if wanted == "representation" and row.body is not None else b""
    return Entry(f"{request.base}/{row.type}/{row.id}", body, {"response": response})


def of_reply(request: Request, reply: Reply) -> Entry:
    """The answer that an interaction would have given alone; Location and ETag become elements."""
    response: Resource = {"status": _status(reply.status)}
    for name, header in (("location", "Location"), ("etag", "ETag")):
        if header in reply.headers:
            response[name] = reply.headers[header]
    return Entry("", _body(request, reply), {"response": response})


def of_outcome(status: int, outcome: Resource) -> Entry:
    """The answer to what failed."""
    return Entry(members={"response": {"status": _status(status), "outcome": outcome}})


_WRITING = ("PUT", "PATCH", "DELETE")


def _body(request: Request, reply: Reply) -> bytes:
    """What was read, or asked for by Prefer, nothing for HEAD; other media than JSON become a Binary."""
    if request.method == "HEAD":
        return b""
    if reply.media != FHIR_JSON:
        return codec.encode(_binary(reply))
    writes = request.method in _WRITING or (request.method == "POST" and request.path[-1][:1] not in _ASKING)
    return b"" if writes and preference(request, "minimal") == "minimal" else reply.body


def _binary(reply: Reply) -> Resource:
    return {"resourceType": "Binary", "contentType": reply.media, "data": b64encode(reply.body).decode()}


def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"
