"""The history of one resource, in pages.

Source: http://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from http import HTTPStatus

from server.fhir.errors import Invalid
from server.fhir.resource import Resource
from server.interactions import bundles, read, search, write
from server.interactions.bundles import Entry
from server.interactions.conditions import etag
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request
from server.search import paging
from server.search.paging import Cursors
from server.storage.store import Row


async def run(engine: Engine, request: Request) -> Reply:
    """`GET [type]/[id]/_history`: every version, deletions too, newest first."""
    kind, name, _ = request.path
    plain, count, cursors = await _asked(engine, request)
    here = search.added(plain, request.manner)
    page = await engine.store.history(kind, name, count, search.below(cursors, request))
    if not page.rows and not any(key == paging.PARAMETER for key, _ in request.query):
        raise read.missing(kind, name)
    links = [("self", here)]
    if page.more:
        links.append(("next", search.following(here, cursors.text(page.rows[-1].version, request.now))))
    return bundles.reply("history", [_entry(request.base, row) for row in page.rows], links)


async def check(engine: Engine, request: Request) -> None:
    """Raise Invalid for parameters that are not understood, or a cursor that is none of these."""
    _, _, cursors = await _asked(engine, request)
    search.below(cursors, request)


async def _asked(engine: Engine, request: Request) -> tuple[str, int, Cursors]:
    """The URL without its cursor, the size of a page, and the cursors of this history."""
    unknown = [key for key, _ in request.query if key not in ("_count", paging.PARAMETER)]
    if unknown:
        raise Invalid("history takes no parameter but _count", expression=unknown[0][:64])
    count = search.page_size(request.query)
    if count == 0:
        raise Invalid("a page of history has at least one version", expression="_count")
    plain = search.added(search.address(request), [("_count", str(count))] if count != search.PAGE else [])
    return plain, count, Cursors(await engine.store.secret(), (plain,))


def _entry(base: str, row: Row) -> Entry:
    url = row.type if row.method == "POST" else f"{row.type}/{row.id}"
    asked: Resource = {"method": row.method, "url": url}
    response = {"status": _status(row), "etag": etag(row.version), "lastModified": write.instant_of(row.at)}
    return Entry(f"{base}/{row.type}/{row.id}", row.body or b"", {"request": asked, "response": response})


def _status(row: Row) -> str:
    code = 204 if row.body is None else 201 if row.version == 1 else 200
    return f"{code} {HTTPStatus(code).phrase}"
