"""The collections and their indexes. No index is there for one search parameter alone, and none spans two arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from bson import Int64
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, OperationFailure

SCHEMA = 1
"""The version of the collections."""

Document: TypeAlias = dict[str, Any]
Database: TypeAlias = AsyncDatabase[Document]
Index: TypeAlias = tuple[tuple[str, int], ...]

CURRENT = "current"
"""The current version of each resource with its entries; `_id` is `Patient/17`. A deleted resource keeps its place."""
HISTORY = "history"
"""The versions that others followed; `_id` is `Patient/17/_history/` and the version in ten digits."""
OUTBOX = "outbox"
"""What changed; `_id` is the change's place among all changes."""
FACTS = "facts"
"""What reports sum; `_id` is `Claim/17#` and the place among the facts of the resource."""
COUNTER = "counter"
"""One document that every commit increments first: it numbers the changes, and puts all commits in one order."""
META = "meta"
"""One document that says what the store was written with."""

SEQUENCE = "sequence"
"""The `_id` in COUNTER."""

TERMS: Index = (("t", 1), ("n", -1))
SPANS: Index = (("r.k", 1), ("r.lo", 1), ("r.hi", 1))
EPOCHS: Index = (("epoch", 1), ("n", 1))
CHANGES: Index = (("_id", 1),)
CHANGES_BY_TYPE: Index = (("rt", 1), ("_id", 1))
CHANGES_BY_TIME: Index = (("at", 1), ("_id", 1))

INDEXES: Mapping[str, tuple[IndexModel, ...]] = {
    CURRENT: (IndexModel(TERMS), IndexModel(SPANS), IndexModel(EPOCHS), IndexModel([("seq", 1)], unique=True)),
    HISTORY: (IndexModel([("rt", 1), ("seq", 1)]),),
    OUTBOX: (IndexModel(CHANGES_BY_TYPE), IndexModel(CHANGES_BY_TIME)),
    FACTS: (
        IndexModel(
            [
                (name, 1)
                for name in (
                    *("kind", "day", "payer", "provider", "outcome", "currency"),
                    *("exponent", "count", "amount", "digits"),
                )
            ]
        ),
    ),
    COUNTER: (),
}
_NAMESPACE_EXISTS = 48
_TOGETHER = 10_000
"""How many documents are mended in one command, which must end before the driver gives up waiting."""


async def lay_out(database: Database) -> None:
    """Make what is missing of the collections and indexes; several processes may do so at once."""
    for name, indexes in INDEXES.items():
        await _create(database, name)
        if indexes:
            await database[name].create_indexes(list(indexes))
    await _tell_types(database)
    await _begin_counting(database)


async def _tell_types(database: Database) -> None:
    """Add its type to what an earlier server wrote into OUTBOX, beside this one perhaps."""
    outbox, told = database[OUTBOX], {"$set": {"rt": {"$arrayElemAt": [{"$split": ["$r", "/"]}, 0]}}}
    while some := await outbox.find({"rt": None}, {"_id": 1}, hint=list(CHANGES_BY_TYPE), limit=_TOGETHER).to_list():
        await outbox.update_many({"_id": {"$in": [one["_id"] for one in some]}}, [told])


async def _create(database: Database, name: str) -> None:
    try:
        await database.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise


async def _begin_counting(database: Database) -> None:
    try:
        await database[COUNTER].insert_one({"_id": SEQUENCE, "value": Int64(0)})
    except DuplicateKeyError:
        return
