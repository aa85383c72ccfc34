"""Versions in their order: of one resource by its versions, of a type or of all by the outbox, which has every change.

CURRENT is always read before HISTORY: a version that another follows meanwhile is then in one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bson import Int64

from server.fhir.errors import TooCostly
from server.storage.mongo import changes, documents
from server.storage.mongo.failures import DEADLINE
from server.storage.mongo.filters import Filter
from server.storage.mongo.schema import CURRENT, HISTORY, Database, Document
from server.storage.store import History, Page, Row

_NO_VERSION = 10**10 - 1
"""The last version that the `_id` of HISTORY has room for."""


async def of_one(database: Database, query: History) -> Page:
    """Versions of one resource; what follows the current one by now is left out, so that none comes twice."""
    current = await database[CURRENT].find_one({"_id": f"{query.type}/{query.id}"}, documents.ROW)
    if current is None:
        return Page((), more=False)
    first, last = query.unseen
    first = max(first, await _version_at(database, current, query))
    newest = [documents.row(current)] if first <= current["v"] <= last and _fits(current["at"], query) else []
    matched = {**_earlier(current["_id"], first, min(last, current["v"] - 1)), **changes.made(query)}
    cursor = database[HISTORY].find(matched, documents.ROW, sort=[("_id", changes.direction(query))])
    earlier = [documents.row(one) async for one in cursor.limit(query.limit + 1)]
    found = [*earlier, *newest] if query.oldest else [*newest, *earlier]
    return Page(tuple(found[: query.limit]), len(found) > query.limit)


async def of_many(database: Database, query: History) -> Page:
    """Versions of a type, or of all."""
    try:
        async with asyncio.timeout(DEADLINE):
            found = await changes.page(database, query)
    except TimeoutError as error:
        raise TooCostly(f"the history takes longer than {DEADLINE:.0f} s; narrow it") from error
    return Page(await _rows(database, found[: query.limit]), len(found) > query.limit)


async def _rows(database: Database, asked: Sequence[Document]) -> tuple[Row, ...]:
    references = list({one["r"] for one in asked})
    cursor = database[CURRENT].find({"_id": {"$in": references}}, documents.ROW)
    current = {(one["_id"], one["v"]): documents.row(one) async for one in cursor}
    rest = [documents.earlier(one["r"], one["v"]) for one in asked if (one["r"], one["v"]) not in current]
    cursor = database[HISTORY].find({"_id": {"$in": rest}}, documents.ROW)
    before = {one["_id"]: documents.row(one) async for one in cursor}
    return tuple(current.get((one["r"], one["v"])) or before[documents.earlier(one["r"], one["v"])] for one in asked)


async def _version_at(database: Database, current: Document, query: History) -> int:
    """The version of a resource that was current when the period began; no version is older than the one before."""
    if query.during is None:
        return 0
    if current["at"] <= query.during[0]:
        return int(current["v"])
    matched = {**_earlier(current["_id"], 0, current["v"] - 1), "at": {"$lte": Int64(query.during[0])}}
    found = await database[HISTORY].find_one(matched, {"v": 1}, sort=[("_id", -1)])
    return 0 if found is None else int(found["v"])


def _earlier(reference: str, first: int, last: int) -> Filter:
    """The versions in HISTORY from one to another."""
    kept = max(0, first), min(last, _NO_VERSION)
    return {"_id": {"$gte": documents.earlier(reference, kept[0]), "$lte": documents.earlier(reference, kept[1])}}


def _fits(at: int, query: History) -> bool:
    since, before = query.made
    return since <= at < before
