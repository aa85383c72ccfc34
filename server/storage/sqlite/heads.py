"""What resources are before a transaction changes them, asked for many at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TypeAlias

from server.storage.sqlite.parts import parts

Target: TypeAlias = tuple[str, str]
"""Type and id of a resource."""
Head: TypeAlias = tuple[int, int, bytes | None]
"""The rid, version and packed entries of a resource."""


class Heads:
    """The heads of one transaction; one that was taken may be changed by it, and is asked for again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._asked: dict[Target, Head | None] = {}

    def ask(self, targets: Sequence[Target]) -> None:
        """Read heads that will be taken."""
        for part in parts(targets):
            self._read(part)

    def take(self, target: Target) -> Head | None:
        """The head of a resource, None when there is no such resource."""
        if target not in self._asked:
            self._read([target])
        return self._asked.pop(target)

    def _read(self, targets: Sequence[Target]) -> None:
        self._asked.update(dict.fromkeys(targets))
        found = self._connection.execute(_statement(len(targets)), tuple(chain.from_iterable(targets)))
        for type_, id_, rid, version, entries in found.fetchall():
            self._asked[type_, id_] = rid, version, entries


@cache
def _statement(size: int) -> str:
    wanted = ",".join(["(?,?)"] * size)
    return (
        f"SELECT r.type,r.id,r.rid,r.version,r.entries FROM (VALUES {wanted}) w"
        " CROSS JOIN resource r ON r.type=w.column1 AND r.id=w.column2"
    )
