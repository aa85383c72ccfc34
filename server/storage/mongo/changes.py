"""The outbox as a history: the changes of a type or of all in their order, and how far those of a time reach.

Sequences follow time nearly, not wholly: a clock may be set back. So a walk that a time limits first goes as far as a
page mostly needs; only where that does not fill the page it asks how far changes of that time reach at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from bson import Int64

from server.storage.mongo import documents
from server.storage.mongo.failures import DEADLINE
from server.storage.mongo.filters import Filter
from server.storage.mongo.schema import (
    CHANGES,
    CHANGES_BY_TIME,
    CHANGES_BY_TYPE,
    CURRENT,
    HISTORY,
    OUTBOX,
    Database,
    Document,
)
from server.storage.store import ENDLESS, History, Range

REACH = 4_096
"""How many sequences a walk goes before it asks how far it must."""
_STRIDE = 500
"""How many changes are looked at together."""
_LATE = int(DEADLINE * 1000)


async def page(database: Database, query: History) -> list[Document]:
    """The changes of a page, and one more if there are more."""
    if not query.timed:
        return await _walked(database, query, query.unseen)
    near = await _walked(database, query, await _near(database, query))
    return near if len(near) > query.limit else await _walked(database, query, await _timed(database, query))


def direction(query: History) -> int:
    """How a sort runs."""
    return 1 if query.oldest else -1


def made(query: History) -> Filter:
    """The filter of when a version was made."""
    since, before = query.made
    return {"at": {"$gte": Int64(since), "$lt": Int64(before)}} if query.timed else {}


async def _walked(database: Database, query: History, places: Range) -> list[Document]:
    within = {"_id": {"$gte": Int64(places[0]), "$lte": Int64(places[1])}}
    matched = {**within, **made(query), **({"rt": query.type} if query.type else {})}
    cursor = database[OUTBOX].find(
        matched,
        sort=[("_id", direction(query))],
        hint=list(CHANGES_BY_TYPE if query.type else CHANGES),
        max_time_ms=_LATE,
    )
    found: list[Document] = []
    async with cursor.limit(0 if query.during else query.limit + 1) as walk:
        while len(found) <= query.limit and (part := await walk.to_list(_STRIDE)):
            found += await _current_during(database, query, part)
    return found[: query.limit + 1]


async def _current_during(database: Database, query: History, changes: Sequence[Document]) -> Sequence[Document]:
    """The changes that were not followed by another before the period began."""
    if query.during is None:
        return changes
    references = list({one["r"] for one in changes})
    heads = {one["_id"]: one async for one in database[CURRENT].find({"_id": {"$in": references}}, {"v": 1, "at": 1})}
    following = [documents.earlier(one["r"], one["v"] + 1) for one in changes if one["v"] + 1 < heads[one["r"]]["v"]]
    at = {one["_id"]: one["at"] async for one in database[HISTORY].find({"_id": {"$in": following}}, {"at": 1})}
    return [one for one in changes if _followed(one, heads[one["r"]], at) > query.during[0]]


def _followed(change: Document, head: Document, at: Document) -> int:
    """When the version that followed a change was made; endless for what is current."""
    if change["v"] >= head["v"]:
        return ENDLESS
    following = documents.earlier(change["r"], change["v"] + 1)
    return int(at[following] if following in at else head["at"])


async def _near(database: Database, query: History) -> Range:
    """The first of the places that are not seen."""
    first, last = query.unseen
    if query.oldest:
        return first, first + REACH
    newest = await database[OUTBOX].find_one({}, {"_id": 1}, sort=[("_id", -1)])
    return min(last, 0 if newest is None else newest["_id"]) - REACH, last


async def _timed(database: Database, query: History) -> Range:
    """The places that are not seen and may have changes of the time asked for."""
    first, last = query.unseen
    if query.since is not None:
        first = max(first, await _outermost(database, {"$gte": Int64(query.since)}, 1, ENDLESS))
    if query.during is not None:
        last = min(last, await _outermost(database, {"$lt": Int64(query.during[1])}, -1, 0))
    return first, last


async def _outermost(database: Database, at: Document, direction: int, none: int) -> int:
    """The first or last place of the changes of a time."""
    found = await database[OUTBOX].find_one(
        {"at": at}, {"_id": 1}, sort=[("_id", direction)], hint=list(CHANGES_BY_TIME), max_time_ms=_LATE
    )
    return none if found is None else int(found["_id"])
