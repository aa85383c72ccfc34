"""Reading by id and version, and the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from server.storage.mongo import documents
from server.storage.mongo.schema import CURRENT, HISTORY, OUTBOX, Database
from server.storage.store import Event, Row


async def read(database: Database, references: Sequence[str]) -> list[Row | None]:
    """The current version of each resource, in order; all are asked for in one find."""
    cursor = database[CURRENT].find({"_id": {"$in": list(set(references))}}, documents.ROW)
    found = {one["_id"]: documents.row(one) async for one in cursor}
    return [found.get(reference) for reference in references]


async def earlier(database: Database, reference: str, version: int) -> Row | None:
    """A version that another followed."""
    document = await database[HISTORY].find_one({"_id": documents.earlier(reference, version)}, documents.ROW)
    return None if document is None else documents.row(document)


async def events(database: Database, after: int, limit: int) -> tuple[Event, ...]:
    """Outbox rows after a sequence."""
    cursor = database[OUTBOX].find({"_id": {"$gt": after}}, sort=[("_id", 1)], limit=limit, batch_size=limit)
    return tuple([documents.told(one) async for one in cursor])
