"""Searching: the part of a condition that is met by the fewest resources drives, the others test what it finds.

MongoDB would try its plans against one another and keep the winner for other values, too; a count up to a small bound
says at once which part has few. Each index is named, and tests are written so that none serves them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bson import Int64

from server.search.condition import Condition
from server.storage.mongo import documents, filters
from server.storage.mongo.failures import DEADLINE
from server.storage.mongo.filters import Driver, Filter
from server.storage.mongo.schema import CURRENT, TERMS, Database, Document, Index
from server.storage.store import Page, Query

_ROUNDS = (256, 4096)
"""How far candidates are counted, in turn, until one has fewer resources."""
_LATE = int(DEADLINE * 1000)


@dataclass(frozen=True, slots=True)
class Plan:
    """Filters that together find what matches, each with the index that it uses."""

    filters: tuple[Filter, ...]
    index: Index | None


async def planned(database: Database, condition: Condition) -> Plan:
    """How a condition is best searched now."""
    parts = filters.parts(condition)
    candidates = [(place, found) for place, part in enumerate(parts) if (found := filters.driver(part)) is not None]
    driving, driver = await _fewest(database, candidates)
    tests = [filters.test(part) for place, part in enumerate(parts) if place != driving or not driver.exact]
    return Plan(tuple({"$and": [one, *tests]} for one in driver.filters), driver.index)


async def page(database: Database, query: Query) -> Page:
    """A page of live resources that match."""
    plan = await planned(database, query.condition)
    below = {} if query.below is None else {"n": {"$lt": Int64(query.below)}}
    most = query.limit + 1
    found = await asyncio.gather(*(_newest(database, {**one, **below}, plan.index, most) for one in plan.filters))
    rows = {one["_id"]: one for some in found for one in some}
    newest = sorted(rows.values(), key=lambda one: int(one["n"]), reverse=True)
    return Page(tuple(map(documents.row, newest[: query.limit])), len(newest) > query.limit)


async def count(database: Database, condition: Condition, limit: int) -> int:
    """How many live resources match, counting no further than `limit`."""
    if limit <= 0:
        return 0
    plan = await planned(database, condition)
    if len(plan.filters) == 1:
        return await _count(database, plan.filters[0], plan.index, limit)
    found = await asyncio.gather(*(_identities(database, one, plan.index, limit) for one in plan.filters))
    return min(limit, len(frozenset().union(*found)))


async def _newest(database: Database, matched: Filter, index: Index | None, most: int) -> list[Document]:
    cursor = database[CURRENT].find(
        matched, documents.ROW, sort=[("n", -1)], limit=most, batch_size=most, hint=index, max_time_ms=_LATE
    )
    return await cursor.to_list()


async def _identities(database: Database, matched: Filter, index: Index | None, most: int) -> frozenset[str]:
    cursor = database[CURRENT].find(matched, {"_id": 1}, limit=most, hint=index, max_time_ms=_LATE)
    return frozenset([one["_id"] async for one in cursor])


async def _fewest(database: Database, candidates: Sequence[tuple[int, Driver]]) -> tuple[int, Driver]:
    """The candidate that finds the fewest, and which part it is; all live resources when there is none.

    When all find many, one whose index has the order of the page stops soonest.
    """
    if len(candidates) < 2:
        return candidates[0] if candidates else (-1, filters.EVERYTHING)
    for bound in _ROUNDS:
        counts = await asyncio.gather(*(_found(database, driver, bound) for _, driver in candidates))
        fewest = min(counts)
        if fewest < bound:
            return candidates[counts.index(fewest)]
    return next((one for one in reversed(candidates) if one[1].index == TERMS), candidates[-1])


async def _found(database: Database, driver: Driver, bound: int) -> int:
    return sum(await asyncio.gather(*(_count(database, one, driver.index, bound) for one in driver.filters)))


async def _count(database: Database, matched: Filter, index: Index | None, limit: int) -> int:
    hint: Document = {} if index is None else {"hint": list(index)}
    return await database[CURRENT].count_documents(matched, limit=limit, maxTimeMS=_LATE, **hint)
