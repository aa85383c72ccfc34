"""Rows as the protocol has them, and reading them by id and version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from server.storage.store import Event, Page, Row

Record: TypeAlias = tuple[str, str, int, int, str, bytes | None, int, int, str]

_CURRENT = "r.type,r.id,r.version,r.at,r.method,r.body,r.rid,r.seq,r.owner"
_EARLIER = "r.type,r.id,h.version,h.at,h.method,h.body,h.rid,h.seq,h.owner"
_READ = f"SELECT {_CURRENT} FROM resource r WHERE r.type=? AND r.id=?"
_VREAD = f"SELECT {_EARLIER} FROM resource r JOIN history h ON h.rid=r.rid WHERE r.type=? AND r.id=? AND h.version=?"
_EVENTS = "SELECT seq,type,id,version,method,at FROM outbox WHERE seq>? ORDER BY seq LIMIT ?"

CURRENT = _CURRENT
"""The columns of a current version, `resource` being `r`."""
EARLIER = _EARLIER
"""The columns of a version that another followed, `resource` being `r` and `history` `h`."""


def row(record: Record) -> Row:
    """The row of a record of `CURRENT`."""
    return Row(*record)


def page(records: Sequence[Record], limit: int) -> Page:
    """A page of up to `limit` rows; one record more says that others follow."""
    return Page(tuple(Row(*record) for record in records[:limit]), len(records) > limit)


def read(connection: sqlite3.Connection, type: str, id: str) -> Row | None:
    """The current version of a resource."""
    record = connection.execute(_READ, (type, id)).fetchone()
    return None if record is None else Row(*record)


def read_many(connection: sqlite3.Connection, references: Iterable[tuple[str, str]]) -> tuple[Row | None, ...]:
    """The current version of each resource, in order."""
    return tuple(read(connection, type_, id_) for type_, id_ in references)


def vread(connection: sqlite3.Connection, type: str, id: str, version: int) -> Row | None:
    """One version of a resource."""
    current = read(connection, type, id)
    if current is None or current.version == version:
        return current
    record = connection.execute(_VREAD, (type, id, version)).fetchone()
    return None if record is None else Row(*record)


def events(connection: sqlite3.Connection, after: int, limit: int) -> tuple[Event, ...]:
    """Outbox rows after a sequence."""
    return tuple(Event(*record) for record in connection.execute(_EVENTS, (after, limit)))
