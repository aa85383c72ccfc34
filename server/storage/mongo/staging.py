"""The commits of one transaction, checked one after another; what they write is gathered and written at the end.

A commit is staged whole or, when a version or precondition is not as expected, not at all: it costs the others nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bson import Int64
from pymongo import InsertOne, UpdateOne

from server.search import interpreter
from server.search.condition import Condition
from server.search.entries import Entries
from server.storage.mongo import documents, facts
from server.storage.mongo.documents import Prepared, PreparedCommit
from server.storage.mongo.schema import CURRENT, FACTS, HISTORY, OUTBOX, Database, Document
from server.storage.mongo.transactions import Session
from server.storage.store import Present, Row, Stale, Version


@dataclass(frozen=True, slots=True)
class Seen:
    """What the transaction sees before it writes: the resources that will change, and what the conditions match.

    Of the resources that a condition matches there are so many that one is left when all that change are taken away.
    """

    current: Mapping[str, Document]
    matching: Mapping[Condition, frozenset[str]]


class Staging:
    """What one transaction will write; its changes are numbered after `sequence`."""

    def __init__(self, seen: Seen, sequence: int) -> None:
        self._seen = seen
        self._sequence = sequence
        self._current: dict[str, Document] = dict(seen.current)
        self._live: dict[str, Entries | None] = {}
        self._facts: dict[str, tuple[Document, ...]] = {}
        self._history: list[Document] = []
        self._events: list[Document] = []

    def add(self, commit: PreparedCommit) -> tuple[Row, ...]:
        """Stage a commit and give its rows, without body; raises Stale or Present and stages nothing of it."""
        for condition in commit.commit.absent:
            if self._is_present(condition):
                raise Present(condition)
        self._refuse_changed(commit.commit.current)
        self._refuse_stale(commit.changes)
        return tuple(map(self._stage, commit.changes))

    async def write(self, database: Database, session: Session) -> None:
        """Write what is staged; abort the transaction when that is nothing."""
        if not self._events:
            await session.abort_transaction()
            return
        if self._history:
            await database[HISTORY].insert_many(self._history, session=session)
        await database[CURRENT].bulk_write(list(map(self._written, self._live)), ordered=False, session=session)
        await self._write_facts(database, session)
        await database[OUTBOX].insert_many(self._events, session=session)

    def _is_present(self, condition: Condition) -> bool:
        if not self._seen.matching[condition] <= self._live.keys():
            return True
        return any(one is not None and interpreter.holds(condition, one, key) for key, one in self._live.items())

    def _refuse_changed(self, current: Iterable[Version]) -> None:
        for type_, id_, version in current:
            if self._current.get(f"{type_}/{id_}", {}).get("v") != version:
                raise Stale(f"{type_}/{id_}")

    def _refuse_stale(self, changes: Iterable[Prepared]) -> None:
        known: set[str] = set()
        for one in changes:
            document = self._current.get(one.reference)
            version = 0 if document is None else document["v"]
            if version != one.change.version - 1 or one.reference in known:
                raise Stale(one.reference)
            known.add(one.reference)

    def _stage(self, one: Prepared) -> Row:
        self._sequence += 1
        sequence, before = Int64(self._sequence), self._current.get(one.reference)
        if before is not None:
            self._history.append(documents.superseded(before))
        order = sequence if before is None else before["n"]
        self._current[one.reference] = {"_id": one.reference, "n": order, "seq": sequence, **one.content}
        self._live[one.reference] = None if one.change.body is None else one.change.entries
        self._facts[one.reference] = one.facts
        change = one.change
        row = Row(
            *(change.type, change.id, change.version, change.at, change.method),
            *(None, int(order), self._sequence, change.owner),
        )
        self._events.append(documents.event(row))
        return row

    def _written(self, reference: str) -> InsertOne[Document] | UpdateOne:
        document = self._current[reference]
        if reference not in self._seen.current:
            return InsertOne(document)
        return UpdateOne({"_id": reference}, {"$set": {name: document[name] for name in document if name != "_id"}})

    async def _write_facts(self, database: Database, session: Session) -> None:
        before = [(one, self._seen.current[one]["facts"]) for one in self._facts if one in self._seen.current]
        removed = [facts.identity(reference, place) for reference, number in before for place in range(number)]
        added = [document for some in self._facts.values() for document in some]
        if removed:
            await database[FACTS].delete_many({"_id": {"$in": removed}}, session=session)
        if added:
            await database[FACTS].insert_many(added, session=session)
