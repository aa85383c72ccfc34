"""Group commit: commits that wait together share one transaction, the server's only one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

from server.search.condition import Condition
from server.storage.mongo import documents, failures, pages, transactions
from server.storage.mongo.batches import Batches
from server.storage.mongo.documents import PreparedCommit
from server.storage.mongo.filters import CHUNK, Filter
from server.storage.mongo.schema import CURRENT, Database, Document
from server.storage.mongo.staging import Seen, Staging
from server.storage.mongo.transactions import Session
from server.storage.store import Present, Row, Stale

GROUP = 128
"""What the commits of a transaction weigh at most, unless it has but one."""
_PART = 65_536
"""The bytes of a body that weigh as much as another change."""
_TOGETHER = 16
"""How many conditions are asked for in one find."""

T = TypeVar("T")
Outcome = tuple[Row, ...] | Exception


def writer(database: Database) -> Batches[PreparedCommit, tuple[Row, ...]]:
    """The queue of commits."""
    return Batches(partial(_perform, database), _weight, GROUP, flights=1)


def _weight(commit: PreparedCommit) -> int:
    changes = sum(1 + len(one.body or b"") // _PART for one in commit.commit.changes)
    return changes + len(commit.commit.absent) + len(commit.commit.current)


async def _perform(database: Database, group: Sequence[PreparedCommit]) -> list[Outcome]:
    with failures.told():
        plans = await _plans(database, group)
        work = partial(_write, database, group, plans)
        return await transactions.run(database, sum(len(one.changes) for one in group), work)


async def _plans(database: Database, group: Sequence[PreparedCommit]) -> dict[Condition, Filter]:
    """A filter for each condition that must match nothing, chosen before the transaction begins."""
    conditions = list(dict.fromkeys(one for commit in group for one in commit.commit.absent))
    plans = await asyncio.gather(*(pages.planned(database, one) for one in conditions))
    if any(plan.joins for plan in plans):
        raise ValueError("a condition that must match nothing follows no links")
    return {one: {"$or": list(plan.filters)} for one, plan in zip(conditions, plans, strict=True)}


async def _write(
    database: Database, group: Sequence[PreparedCommit], plans: dict[Condition, Filter], session: Session, sequence: int
) -> list[Outcome]:
    references = list(dict.fromkeys(name for commit in group for name in commit.references))
    current = await _current(database, references, session)
    staging = Staging(Seen(current, await _matching(database, plans, len(references), session)), sequence)
    outcomes = [_outcome(staging, commit) for commit in group]
    await staging.write(database, session)
    return outcomes


def _outcome(staging: Staging, commit: PreparedCommit) -> Outcome:
    try:
        return staging.add(commit)
    except (Stale, Present) as error:
        return error


async def _current(database: Database, references: Sequence[str], session: Session) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for part in _parts(references, CHUNK):
        cursor = database[CURRENT].find({"_id": {"$in": part}}, documents.KNOWN, batch_size=CHUNK + 1, session=session)
        found.update({one["_id"]: one async for one in cursor})
    return found


async def _matching(
    database: Database, plans: dict[Condition, Filter], changing: int, session: Session
) -> dict[Condition, frozenset[str]]:
    """What each condition matches; most match nothing, so several are asked for at once."""
    found: dict[Condition, frozenset[str]] = dict.fromkeys(plans, frozenset())
    for some in _parts(plans, _TOGETHER):
        together = {"$or": [plans[one] for one in some]}
        if await database[CURRENT].find_one(together, {"_id": 1}, session=session) is not None:
            for one in some:
                cursor = database[CURRENT].find(plans[one], {"_id": 1}, limit=changing + 1, session=session)
                found[one] = frozenset([document["_id"] async for document in cursor])
    return found


def _parts(values: Iterable[T], most: int) -> Iterator[list[T]]:
    rest = iter(values)
    while part := list(islice(rest, most)):
        yield part
