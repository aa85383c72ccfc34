"""Rows inserted many at a time.

Each step of a statement lets go of the interpreter and takes it back; row by row, a busy event loop would keep the
writer waiting at every row. One statement of many rows lets go once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

_SIZES = (256, 64, 16, 4, 2)
"""How many rows a statement has, while so many are left; the rest goes one by one."""


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that have all columns of the table."""
    place = 0
    for size in _SIZES:
        while len(rows) - place >= size:
            part = chain.from_iterable(rows[place : place + size])
            connection.execute(_statement(table, len(rows[0]), size), tuple(part))
            place += size
    if place < len(rows):
        connection.executemany(_statement(table, len(rows[0]), 1), rows[place:])


@cache
def _statement(table: str, width: int, size: int) -> str:
    row = f"({','.join('?' * width)})"
    return f"INSERT INTO {table} VALUES {','.join([row] * size)}"
