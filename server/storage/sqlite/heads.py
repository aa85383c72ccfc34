"""What resources are before a transaction changes them, asked for many at a time: each statement lets go of the
interpreter once (see `inserting.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

Target: TypeAlias = tuple[str, str]
"""Type and id of a resource."""
Head: TypeAlias = tuple[int, int, bytes | None]
"""The rid, version and packed entries of a resource."""

_SIZES = (64, 16, 4, 1)


class Heads:
    """The heads of one transaction; one that was taken may be changed by it, and is asked for again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._asked: dict[Target, Head | None] = {}

    def ask(self, targets: Sequence[Target]) -> None:
        """Read heads that will be taken."""
        place = 0
        for size in _SIZES:
            while len(targets) - place >= size:
                self._read(targets[place : place + size])
                place += size

    def take(self, target: Target) -> Head | None:
        """The head of a resource, None when there is no such resource."""
        if target not in self._asked:
            self._read([target])
        return self._asked.pop(target)

    def _read(self, targets: Sequence[Target]) -> None:
        self._asked.update(dict.fromkeys(targets))
        values = [text for target in targets for text in target]
        for type_, id_, *head in self._connection.execute(_statement(len(targets)), values).fetchall():
            rid, version, entries = head
            self._asked[type_, id_] = rid, version, entries


@cache
def _statement(size: int) -> str:
    wanted = ",".join(["(?,?)"] * size)
    return (
        f"SELECT r.type,r.id,r.rid,r.version,r.entries FROM (VALUES {wanted}) w"
        " CROSS JOIN resource r ON r.type=w.column1 AND r.id=w.column2"
    )
