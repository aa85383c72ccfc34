"""A transaction that is done again when another got in its way.

MongoDB gives a transaction a snapshot and refuses to write what another has written since. The first thing each of
ours writes is the counter of changes; so of two that overlap one is done again, and each that commits has seen all that
was committed before it. They are as if done one after another, in the order of their numbers: a condition that matches
nothing in a transaction matches nothing when it commits, whoever writes what meanwhile, and no number appears after a
higher one. The price is that the database commits one transaction at a time; therefore each carries many commits.

Source: https://www.mongodb.com/docs/manual/core/transactions/
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import uniform
from time import monotonic
from typing import TypeAlias, TypeVar

from bson import Int64
from pymongo import ReadPreference, ReturnDocument, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from server.fhir.errors import Unavailable
from server.storage.mongo.schema import COUNTER, SEQUENCE, Database

Session: TypeAlias = AsyncClientSession
T = TypeVar("T")
Work: TypeAlias = Callable[[Session, int], Awaitable[T]]
"""What is done in a transaction, given the number after which its changes are numbered; it may be done again.

Work that has nothing to write aborts the transaction: the numbers are given again, and nobody waits for a disk.
"""

PATIENCE = 15.0
"""Seconds after which a transaction is not tried again: an election of a new primary takes fewer."""
DURABLE = WriteConcern("majority", j=True, wtimeout=10_000)
"""Acknowledged when most members of the replica set have it in their journal."""
SNAPSHOT = ReadConcern("snapshot")
_FIRST, _LONGEST = 0.002, 0.25
_WRITE_CONFLICT = 112


async def run(database: Database, numbers: int, work: Work[T]) -> T:
    """What the work gives once it is durable; `numbers` is how many changes it may number."""
    until, longest = monotonic() + PATIENCE, _FIRST
    async with database.client.start_session() as session:
        while True:
            try:
                return await _once(session, database, numbers, work, until)
            except PyMongoError as error:
                if not _overtaken(error) or monotonic() > until:
                    raise
            await asyncio.sleep(uniform(0, longest))
            longest = min(2 * longest, _LONGEST)


async def _once(session: Session, database: Database, numbers: int, work: Work[T], until: float) -> T:
    async with await session.start_transaction(SNAPSHOT, DURABLE, ReadPreference.PRIMARY):
        result = await work(session, await _numbered(session, database, numbers))
        if session.in_transaction:
            await _commit(session, until)
    return result


async def _numbered(session: Session, database: Database, numbers: int) -> int:
    """The last number given before; at least one more is given, so that the counter is written."""
    found = await database[COUNTER].find_one_and_update(
        {"_id": SEQUENCE},
        {"$inc": {"value": Int64(max(1, numbers))}},
        return_document=ReturnDocument.BEFORE,
        session=session,
    )
    if found is None:
        raise Unavailable("the store has lost its counter of changes")
    return int(found["value"])


async def _commit(session: Session, until: float) -> None:
    """Commit, and ask again while the answer is lost: asking twice commits once."""
    while True:
        try:
            return await session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label("UnknownTransactionCommitResult") or monotonic() > until:
                raise


def _overtaken(error: PyMongoError) -> bool:
    return error.has_error_label("TransientTransactionError") or getattr(error, "code", None) == _WRITE_CONFLICT
