"""The history of a resource, of a type, or of all, in pages.

Pages follow the order of the changes: what is written meanwhile neither moves nor repeats a version.
Source: http://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from http import HTTPStatus

from server.fhir.resource import Resource
from server.interactions import bundles, read, search, versions, write
from server.interactions.bundles import Entry
from server.interactions.conditions import etag
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request
from server.interactions.subsetting import Cut
from server.interactions.versions import Asked
from server.storage.store import Page, Row


async def run(engine: Engine, request: Request) -> Reply:
    """`GET [type]/_history` and `GET _history`: versions, deletions too, newest first unless `_sort` says otherwise."""
    asked = await versions.asked(engine, request)
    return _reply(request, asked, await engine.store.history(asked.query))


async def of_resource(engine: Engine, request: Request) -> Reply:
    """`GET [type]/[id]/_history`: the same of one resource; raises NotFound when it never was."""
    asked = await versions.asked(engine, request)
    page = await engine.store.history(asked.query)
    kind, name, _ = request.path
    if not page.rows and await engine.store.read(kind, name) is None:
        raise read.missing(kind, name)
    return _reply(request, asked, page)


async def check(engine: Engine, request: Request) -> None:
    """Raise Invalid for parameters that are not understood, or a cursor that is none of these."""
    await versions.asked(engine, request)


def _reply(request: Request, asked: Asked, page: Page) -> Reply:
    here = search.added(asked.url, request.manner)
    links = [("self", here)]
    if page.more:
        cursor = asked.cursors.text(asked.query.place(page.rows[-1]), request.now)
        links.append(("next", search.following(here, cursor)))
    return bundles.reply("history", [_entry(request.base, row, asked.cut) for row in page.rows], links)


def _entry(base: str, row: Row, cut: Cut) -> Entry:
    url = row.type if row.method == "POST" else f"{row.type}/{row.id}"
    asked: Resource = {"method": row.method, "url": url}
    response = {"status": _status(row), "etag": etag(row.version), "lastModified": write.instant_of(row.at)}
    body = b"" if row.body is None else cut(row.body)
    return Entry(f"{base}/{row.type}/{row.id}", body, {"request": asked, "response": response})


def _status(row: Row) -> str:
    code = 204 if row.body is None else 201 if row.version == 1 else 200
    return f"{code} {HTTPStatus(code).phrase}"
