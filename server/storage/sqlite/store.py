"""The store itself: reads by `readers`, writes by `writer`, everything else in the leaves beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from server.fhir.fact import FactQuery, FactSum
from server.search.condition import Condition
from server.storage.sqlite import facts, history, opening, pages, reindexing, rows, schema
from server.storage.sqlite.filters import Filters
from server.storage.sqlite.keys import Keys
from server.storage.sqlite.readers import Readers
from server.storage.sqlite.writer import Writer
from server.storage.store import Commit, Event, History, Page, Query, Reindexed, Row, Versions

FILE = "almoner.sqlite"
"""The name of the database in its directory."""


class SqliteStore:
    """A `Store` in one file. `directory` is made when it is not there."""

    def __init__(self, directory: Path, definitions: str, recipe: int) -> None:
        path = directory / FILE
        opened = opening.open_file(path, Versions(schema.SCHEMA, definitions, recipe))
        self._secret, self._epoch, self._present = opened.secret, opened.epoch, 0
        self._compile = Filters(Keys(opened.secret, mixed=opened.epoch > 1))
        self._readers = Readers(path)
        self._writer = Writer(path, self._compile, opened.epoch)

    async def read(self, type: str, id: str) -> Row | None:
        """The current version, a deletion included; None if the resource never was."""
        return await self._readers.run(lambda connection: rows.read(connection, type, id))

    async def read_many(self, references: Sequence[tuple[str, str]]) -> tuple[Row | None, ...]:
        """The current version of each (type, id), in order; at most 1,000."""
        return await self._readers.run(lambda connection: rows.read_many(connection, references))

    async def vread(self, type: str, id: str, version: int) -> Row | None:
        """One version, current or superseded."""
        return await self._readers.run(lambda connection: rows.vread(connection, type, id, version))

    async def history(self, query: History) -> Page:
        """Versions in their order, of one resource, a type, or all; what is written meanwhile moves none of them."""
        return await self._readers.run(lambda connection: history.page(connection, query))

    async def search(self, query: Query) -> Page:
        """Live resources that match, newest created first."""
        return await self._readers.run(lambda connection: pages.page(connection, self._compile, query))

    async def count(self, condition: Condition, limit: int) -> int:
        """How many live resources match, counting no further than `limit`."""
        return await self._readers.run(lambda connection: pages.count(connection, self._compile, condition, limit))

    async def commit(self, commit: Commit) -> tuple[Row, ...]:
        """Store all changes durably or none, and give their rows in order, without body; raises Stale or Present."""
        targets = [(change.type, change.id) for change in commit.changes]
        written: tuple[Row, ...] = await self._writer.run(lambda batch: batch.add(commit), targets)
        return written

    async def events(self, after: int, limit: int) -> tuple[Event, ...]:
        """Outbox rows with a sequence above `after`, in order; none with a lower sequence appears later."""
        return await self._readers.run(lambda connection: rows.events(connection, after, limit))

    async def sum_facts(self, query: FactQuery) -> tuple[FactSum, ...]:
        """Facts of live resources summed by kind, group, outcome, currency and origin."""
        return await self._readers.run(lambda connection: facts.sums(connection, query))

    async def secret(self) -> bytes:
        """32 random bytes made when the store was: signs cursors, keys hashes."""
        return self._secret

    async def outdated(self, limit: int) -> tuple[Row, ...]:
        """Live resources whose entries were derived by another recipe or other definitions; empty when none is left."""
        place = self._present
        found, last = await self._readers.run(lambda one: reindexing.outdated(one, self._epoch, place, limit))
        self._present = place if found else last
        self._compile.keys.mixed = bool(found)
        return found

    async def reindex(self, resources: Sequence[Reindexed]) -> None:
        """Replace the entries of each resource that still has the row's version; the others are no longer outdated."""
        await self._writer.run(lambda batch: reindexing.replace(batch, resources))

    async def probe(self) -> None:
        """Return when the store can answer."""
        await self._readers.run(lambda connection: connection.execute("SELECT 1 FROM resource LIMIT 1").fetchone())

    async def close(self) -> None:
        """Finish what is under way and release everything."""
        self._writer.close()
        self._readers.close()
