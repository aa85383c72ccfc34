"""Searching: the part of a condition that is met by the fewest resources drives, the others test what it finds.

MongoDB would try its plans against one another and keep the winner for other values, too; a count up to a small bound
says at once which part has few. Each index is named, and tests are written so that none serves them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from bson import Int64

from server.search.condition import Condition
from server.storage.mongo import documents, filters, linking
from server.storage.mongo.failures import DEADLINE
from server.storage.mongo.filters import Driver, Filter
from server.storage.mongo.linking import Joins
from server.storage.mongo.schema import CURRENT, TERMS, Database, Document, Index
from server.storage.store import Page, Query

_ROUNDS = (256, 4096)
"""How far candidates are counted, in turn, until one has fewer resources."""
_LATE = int(DEADLINE * 1000)


@dataclass(frozen=True, slots=True)
class Plan:
    """Filters that together find candidates, each with the index that it uses; what `joins` gives of them is tested."""

    filters: tuple[Filter, ...]
    index: Index | None
    joins: tuple[Document, ...] = ()


async def planned(database: Database, condition: Condition) -> Plan:
    """How a condition is best searched now."""
    parts = filters.parts(await linking.followed(condition, partial(_names, database)))
    candidates = [(place, found) for place, part in enumerate(parts) if (found := filters.driver(part)) is not None]
    driving, driver = await _fewest(database, candidates)
    joins = Joins()
    tests: dict[bool, list[Filter]] = {False: [], True: []}
    for place, part in enumerate(parts):
        if place != driving or not driver.exact:
            known = len(joins.stages)
            one = filters.test(part, joins.test)
            tests[len(joins.stages) > known].append(one)
    behind = (*joins.stages, {"$match": {"$and": tests[True]}}) if tests[True] else ()
    return Plan(tuple({"$and": [one, *tests[False]]} for one in driver.filters), driver.index, behind)


async def page(database: Database, query: Query) -> Page:
    """A page of live resources that match."""
    plan = await planned(database, query.condition)
    below = {} if query.below is None else {"n": {"$lt": Int64(query.below)}}
    most = query.limit + 1
    found = await asyncio.gather(*(_newest(database, {**one, **below}, plan, most) for one in plan.filters))
    rows = {one["_id"]: one for some in found for one in some}
    newest = sorted(rows.values(), key=lambda one: int(one["n"]), reverse=True)
    return Page(tuple(map(documents.row, newest[: query.limit])), len(newest) > query.limit)


async def count(database: Database, condition: Condition, limit: int) -> int:
    """How many live resources match, counting no further than `limit`."""
    if limit <= 0:
        return 0
    plan = await planned(database, condition)
    if len(plan.filters) == 1 and not plan.joins:
        return await _count(database, plan.filters[0], plan.index, limit)
    found = await asyncio.gather(*(_identities(database, one, plan, limit) for one in plan.filters))
    return min(limit, len(frozenset().union(*found)))


async def _names(database: Database, condition: Condition, most: int) -> list[Document] | None:
    """The `_id` and links of what matches; None when that is more than `most`."""
    plan = await planned(database, condition)
    found = await asyncio.gather(*(_some(database, one, plan, {"_id": 1, "l": 1}, most + 1) for one in plan.filters))
    named = {one["_id"]: one for some in found for one in some}
    return [*named.values()] if len(named) <= most else None


async def _newest(database: Database, matched: Filter, plan: Plan, most: int) -> list[Document]:
    return await _some(database, matched, plan, documents.ROW, most, {"n": -1})


async def _identities(database: Database, matched: Filter, plan: Plan, most: int) -> frozenset[str]:
    return frozenset([one["_id"] for one in await _some(database, matched, plan, {"_id": 1}, most)])


async def _some(
    database: Database,
    matched: Filter,
    plan: Plan,
    fields: Mapping[str, int],
    most: int,
    order: Mapping[str, int] = MappingProxyType({}),
) -> list[Document]:
    """Up to so many candidates that pass the joins of a plan, in an order where one is asked for."""
    if not plan.joins:
        cursor = database[CURRENT].find(
            matched,
            fields,
            limit=most,
            batch_size=most,
            hint=plan.index,
            max_time_ms=_LATE,
            sort=[*order.items()] or None,
        )
        return await cursor.to_list()
    sorting = [{"$sort": dict(order)}] if order else []
    stages = [{"$match": matched}, *sorting, *plan.joins, {"$limit": most}, {"$project": fields}]
    hint: Document = {} if plan.index is None else {"hint": dict(plan.index)}
    joined = await database[CURRENT].aggregate(stages, maxTimeMS=_LATE, **hint)
    return await joined.to_list()


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
