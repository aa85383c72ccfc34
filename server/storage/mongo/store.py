"""The store itself: reads and commits wait together in `batches`, everything else is in the leaves beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from server.fhir.fact import FactQuery, FactSum
from server.search.condition import Condition
from server.storage.mongo import documents, facts, failures, history, opening, pages, reindexing, rows, schema, writing
from server.storage.mongo.batches import Batches
from server.storage.mongo.opening import Opened
from server.storage.store import Commit, Event, History, Page, Query, Reindexed, Row, Versions

TOGETHER = 100
"""How many reads share one find at most."""
FLIGHTS = 4
"""How many such finds are under way; reads that come meanwhile share the next."""


class MongoStore:
    """A `Store` in a MongoDB database, used on the event loop that opened it."""

    def __init__(self, opened: Opened) -> None:
        self._database = opened.database
        self._secret, self._epoch = opened.secret, opened.epoch
        self._writer = writing.writer(opened.database)
        self._reader: Batches[str, Row | None] = Batches(self._read_together, lambda _: 1, TOGETHER, FLIGHTS)

    @classmethod
    async def open(cls, uri: str, definitions: str, recipe: int) -> MongoStore:
        """The store at a connection string, whose database is `almoner` unless it names one.

        Raises Incompatible for a store that a newer server wrote, Unavailable when MongoDB does not answer.
        """
        return cls(await opening.open_database(uri, Versions(schema.SCHEMA, definitions, recipe)))

    async def read(self, type: str, id: str) -> Row | None:
        """The current version, a deletion included; None if the resource never was."""
        return await self._reader.add(f"{type}/{id}")

    async def read_many(self, references: Sequence[tuple[str, str]]) -> tuple[Row | None, ...]:
        """The current version of each (type, id), in order; at most 1,000."""
        return tuple(await asyncio.gather(*(self.read(type_, id_) for type_, id_ in references)))

    async def vread(self, type: str, id: str, version: int) -> Row | None:
        """One version, current or superseded."""
        current = await self.read(type, id)
        if current is None or current.version == version:
            return current
        with failures.told():
            return await rows.earlier(self._database, f"{type}/{id}", version)

    async def history(self, query: History) -> Page:
        """Versions in their order, of one resource, a type, or all; what is written meanwhile moves none of them."""
        with failures.told():
            return await (history.of_one if query.id else history.of_many)(self._database, query)

    async def search(self, query: Query) -> Page:
        """Live resources that match, newest created first."""
        with failures.told():
            return await pages.page(self._database, query)

    async def count(self, condition: Condition, limit: int) -> int:
        """How many live resources match, counting no further than `limit`."""
        with failures.told():
            return await pages.count(self._database, condition, limit)

    async def commit(self, commit: Commit) -> tuple[Row, ...]:
        """Store all changes durably or none, and give their rows in order, without body; raises Stale or Present.

        Raises TooLarge for a resource that MongoDB has no room for. After Unavailable it is not known whether the
        changes were stored.
        """
        return await self._writer.add(documents.prepared(commit, self._epoch))

    async def events(self, after: int, limit: int) -> tuple[Event, ...]:
        """Outbox rows with a sequence above `after`, in order; none with a lower sequence appears later."""
        with failures.told():
            return await rows.events(self._database, after, limit)

    async def sum_facts(self, query: FactQuery) -> tuple[FactSum, ...]:
        """Facts of live resources summed by kind, group, outcome, currency and origin."""
        with failures.told():
            return await facts.sums(self._database, query)

    async def secret(self) -> bytes:
        """32 random bytes made when the store was: signs cursors, keys hashes."""
        return self._secret

    async def outdated(self, limit: int) -> tuple[Row, ...]:
        """Live resources whose entries were derived by another recipe or other definitions; empty when none is left."""
        with failures.told():
            return await reindexing.outdated(self._database, self._epoch, limit)

    async def reindex(self, resources: Sequence[Reindexed]) -> None:
        """Replace the entries of each resource that still has the row's version; the others are no longer outdated."""
        with failures.told():
            await reindexing.replace(self._database, self._epoch, resources)

    async def probe(self) -> None:
        """Return when the store can answer."""
        with failures.told():
            await self._database[schema.META].find_one({}, {"_id": 1})

    async def close(self) -> None:
        """Finish what is under way and release everything."""
        await self._reader.close()
        await self._writer.close()
        await self._database.client.close()

    async def _read_together(self, references: Sequence[str]) -> list[Row | None]:
        with failures.told():
            return await rows.read(self._database, references)
