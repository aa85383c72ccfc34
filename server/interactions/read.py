"""Read the current version of a resource.

Source: http://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from server.fhir import codec
from server.fhir.errors import Gone, NotFound
from server.fhir.primitives import GRAMMARS
from server.fhir.resource import Resource
from server.interactions import subsetting
from server.interactions.conditions import tags
from server.interactions.engine import Engine
from server.interactions.replies import of_row, version_headers
from server.interactions.request import Reply, Request
from server.storage.store import Row


async def run(engine: Engine, request: Request) -> Reply:
    """`GET [type]/[id]`: the stored bytes or what is asked for of them, or 304 when the client has that version."""
    kind, name = request.path
    cut = subsetting.asked(engine, request, kind)
    row = await current(engine, kind, name)
    if _unchanged(request, row):
        return Reply(304, headers=version_headers(row))
    return of_row(row, cut)


async def check(engine: Engine, request: Request) -> None:
    """Raise Invalid for parameters or an If-None-Match that are not understood."""
    subsetting.asked(engine, request, request.path[0])
    _excluded(request)


async def resource(engine: Engine, request: Request, type: str, id: str) -> Resource:
    """The decoded current version; raises NotFound or Gone. The caller may change it: nobody else has it."""
    row = await current(engine, type, id)
    return codec.stored(row.body or b"")


async def current(engine: Engine, type: str, id: str) -> Row:
    """The row of the current version; raises NotFound or Gone."""
    return live(await engine.store.read(type, id), type, id)


def live(row: Row | None, type: str, id: str) -> Row:
    """The row, when it is a current version that is not a deletion; raises NotFound or Gone."""
    if row is None:
        raise missing(type, id)
    if row.body is None:
        raise Gone(f"{type}/{id} has been deleted")
    return row


def missing(type: str, id: str) -> NotFound:
    """What is said of a resource that never was; what can be no id is not repeated."""
    return NotFound(f"there is no {type}/{id}" if GRAMMARS["id"].accepts(id) else f"there is no {type} of that id")


def _unchanged(request: Request, row: Row) -> bool:
    excluded = _excluded(request)
    return "*" in excluded or str(row.version) in excluded


def _excluded(request: Request) -> tuple[str, ...]:
    """The versions that If-None-Match names, or all by an asterisk."""
    header = request.headers.get("if-none-match")
    if header is None or header == "*":
        return (header,) if header else ()
    return tags(header, "If-None-Match")
