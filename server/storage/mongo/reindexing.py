"""Reindexing while the server serves: what has entries of an earlier epoch is handed out, oldest epoch first.

A resource that was written since has another version and is passed over; one that a server of the earlier epoch wrote
is handed out again.
"""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import UpdateOne

from server.storage.mongo import documents
from server.storage.mongo.schema import CURRENT, EPOCHS, Database
from server.storage.store import Reindexed, Row


async def outdated(database: Database, epoch: int, limit: int) -> tuple[Row, ...]:
    """Live resources whose entries are of an earlier epoch."""
    cursor = database[CURRENT].find({"epoch": {"$lt": epoch}}, documents.ROW, sort=list(EPOCHS), limit=limit)
    return tuple([documents.row(one) async for one in cursor])


async def replace(database: Database, epoch: int, resources: Sequence[Reindexed]) -> None:
    """New entries for the resources that are still as they were read."""
    changes = [
        UpdateOne(
            {"_id": f"{one.row.type}/{one.row.id}", "v": one.row.version},
            {"$set": {"epoch": epoch, **documents.indexed(one.entries)}},
        )
        for one in resources
    ]
    if changes:
        await database[CURRENT].bulk_write(changes, ordered=False)
