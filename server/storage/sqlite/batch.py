"""A transaction of the writer: commits are checked one by one, then their rows are written together.

A commit is staged whole or, when a version or precondition is not as expected, not at all; staging never writes, so
nothing has to be undone for one without losing the others.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from server.search.condition import Condition
from server.search.entries import Entries
from server.storage.sqlite import entries, indexing, inserting, pages
from server.storage.sqlite.entries import Packed
from server.storage.sqlite.filters import Filters
from server.storage.sqlite.heads import Heads, Target
from server.storage.store import Change, Commit, Present, Query, Row, Stale

_SUPERSEDE = """INSERT INTO history(rid,version,seq,at,method,owner,body)
    SELECT rid,version,seq,at,method,owner,body FROM resource WHERE rid=?"""
_INSERTED = {
    "created": "resource",
    "outbox": "outbox",
    "leaving": indexing.LEAVING,
    "entering": indexing.ENTERING,
    "facets+": "facets",
    "fact+": "fact",
}
"""What is staged as whole rows of a table or view, in this order."""
_CHANGED = {
    "superseded": _SUPERSEDE,
    "updated": "UPDATE resource SET version=?,seq=?,at=?,method=?,owner=?,epoch=?,entries=?,body=? WHERE rid=?",
    "reindexed": "UPDATE resource SET entries=?,epoch=? WHERE rid=?",
    "place": "UPDATE meta SET value=max(value,?) WHERE name='reindexed'",
    "facets-": "DELETE FROM facets WHERE rid=?",
    "fact-": "DELETE FROM fact WHERE rid=?",
}
"""What is staged to change or remove rows, and how; all of it comes before any insertion, in this order."""


class Batch:
    """One transaction under way on the writer's connection."""

    def __init__(self, connection: sqlite3.Connection, compile: Filters, epoch: int) -> None:
        self._connection = connection
        self._compile = compile
        self._epoch = epoch
        self._staged: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._touched: set[Target] = set()
        self._heads = Heads(connection)
        (self._rid,) = connection.execute("SELECT coalesce(max(rid),0) FROM resource").fetchone()
        (self._seq,) = connection.execute("SELECT coalesce(max(seq),0) FROM resource").fetchone()

    def expect(self, targets: Sequence[Target]) -> None:
        """Read in advance what commits will change."""
        self._heads.ask(targets)

    def add(self, commit: Commit) -> tuple[Row, ...]:
        """Stage a commit and give its rows, without body; raises Stale or Present and stages nothing of it."""
        targets = [(change.type, change.id) for change in commit.changes]
        standing = [(type_, id_) for type_, id_, _ in commit.current]
        if commit.absent or not self._touched.isdisjoint((*targets, *standing)):
            self.write()
        for condition in commit.absent:
            self._refuse_present(condition)
        for type_, id_, version in commit.current:
            self._refuse_changed((type_, id_), version)
        known = [self._known(change) for change in commit.changes]
        self._touched.update(targets)
        return tuple(self._stage(change, one) for change, one in zip(commit.changes, known, strict=True))

    def write(self) -> None:
        """Write what is staged."""
        for name, statement in _CHANGED.items():
            if staged := self._staged.pop(name, None):
                self._connection.executemany(statement, staged)
        for name, table in _INSERTED.items():
            if staged := self._staged.pop(name, None):
                inserting.insert(self._connection, table, staged)
        self._touched.clear()

    def reindex(self, rid: int, version: int, derived: Entries) -> None:
        """Stage new entries for a resource that still has this version."""
        self.write()
        found = self._connection.execute("SELECT version,entries,type,id FROM resource WHERE rid=?", (rid,)).fetchone()
        if found[0] == version:
            reference = f"{found[2]}/{found[3]}"
            after = entries.keyed(derived, self._compile.keys, reference)
            self._entries(rid, entries.unpack(found[1]), after)
            self._staged["reindexed"].append((entries.pack(after), self._epoch, rid))
            self._staged["facets-"].append((rid,))
            self._facets(rid, derived, reference)

    def reindexed(self, rid: int) -> None:
        """Write what was reindexed, and that all resources up to this one have entries of the present epoch."""
        self._staged["place"].append((rid,))
        self.write()
        self._heads = Heads(self._connection)

    def _refuse_present(self, condition: Condition) -> None:
        if pages.page(self._connection, self._compile, Query(condition, 1)).rows:
            raise Present(condition)

    def _refuse_changed(self, target: Target, version: int) -> None:
        head = self._heads.take(target)
        if head is None or head[1] != version:
            raise Stale("/".join(target))

    def _known(self, change: Change) -> tuple[int, Packed] | None:
        """The rid and entries of what the change follows; None for a new resource."""
        head = self._heads.take((change.type, change.id))
        version = 0 if head is None else head[1]
        if version != change.version - 1:
            raise Stale(f"{change.type}/{change.id}")
        return None if head is None else (head[0], entries.unpack(head[2]))

    def _stage(self, change: Change, known: tuple[int, Packed] | None) -> Row:
        self._seq += 1
        after = entries.NONE
        if change.body is not None:
            after = entries.keyed(change.entries, self._compile.keys, f"{change.type}/{change.id}")
        packed = None if change.body is None else entries.pack(after)
        head = (change.version, self._seq, change.at, change.method, change.owner, self._epoch, packed, change.body)
        if known is None:
            rid = self._rid = self._rid + 1
            self._staged["created"].append((rid, change.type, change.id, *head))
        else:
            rid = known[0]
            self._staged["superseded"].append((rid,))
            self._staged["updated"].append((*head, rid))
            self._staged["facets-"].append((rid,))
            self._staged["fact-"].append((rid,))
        event = (self._seq, change.type, change.id, change.version, change.method, change.at)
        self._staged["outbox"].append(event)
        self._entries(rid, entries.NONE if known is None else known[1], after)
        if change.body is not None:
            self._facets(rid, change.entries, f"{change.type}/{change.id}")
        self._facts(rid, change)
        return Row(change.type, change.id, change.version, change.at, change.method, None, rid, self._seq, change.owner)

    def _entries(self, rid: int, before: Packed, after: Packed) -> None:
        if before is not entries.NONE:
            changed = entries.difference(before, after)
            after = changed.added
            self._staged["leaving"].append(indexing.record(rid, changed.removed))
        self._staged["entering"].append(indexing.record(rid, after))

    def _facets(self, rid: int, derived: Entries, reference: str) -> None:
        self._staged["facets+"].append((rid, *entries.facets(derived, self._compile.keys, reference)))

    def _facts(self, rid: int, change: Change) -> None:
        for one in change.facts:
            exact = None if one.exact is None else str(one.exact)
            row = (rid, one.kind, one.day, one.payer, one.provider, one.outcome, one.currency, one.amount, exact)
            self._staged["fact+"].append(row)
