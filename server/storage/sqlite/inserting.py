"""Rows inserted many at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from server.storage.sqlite.parts import parts


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that have all columns of the table."""
    for part in parts(rows):
        connection.execute(_statement(table, len(part[0]), len(part)), tuple(chain.from_iterable(part)))


@cache
def _statement(table: str, width: int, size: int) -> str:
    row = f"({','.join('?' * width)})"
    return f"INSERT INTO {table} VALUES {','.join([row] * size)}"
