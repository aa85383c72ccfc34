"""Opening a file: a new one is laid out, an older one migrated, one that a newer server wrote is refused.

Other definitions or another index recipe begin an epoch: rows of earlier epochs are outdated until they are reindexed.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.storage.sqlite import schema
from server.storage.store import Incompatible, Versions


def _to_2(connection: sqlite3.Connection) -> None:
    """What belongs in the new tables comes with the reindexing that the recipe of the same server asks for."""
    for statement in schema.SINCE_2.split(";"):
        connection.execute(statement)


MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {1: _to_2}
"""A version of the tables to what turns it into the next; each runs inside one transaction."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a store needs to know of its file; `epoch` is that of the rows it writes."""

    secret: bytes
    epoch: int


def open_file(path: Path, versions: Versions) -> Opened:
    """The file, ready for this server; raises Incompatible for one that a newer server wrote."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _opened(path, versions)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname != "SQLITE_NOTADB":
            raise
        raise Incompatible(f"{path} is no SQLite database") from error


def _opened(path: Path, versions: Versions) -> Opened:
    connection = schema.writing(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection, versions)
        _execute(connection, schema.INDEXES)
        found = Opened(_bytes(connection, "secret"), _number(connection, "epoch"))
        connection.execute("COMMIT")
        return found
    finally:
        connection.close()


def _prepare(connection: sqlite3.Connection, versions: Versions) -> None:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name='meta'").fetchone():
        _lay_out(connection, versions)
        return
    written, recipe = _number(connection, "schema"), _number(connection, "recipe")
    if written > versions.schema or recipe > versions.recipe:
        raise Incompatible(f"the store was written by a newer server (schema {written}, index recipe {recipe})")
    for version in range(written, versions.schema):
        MIGRATIONS[version](connection)
    _put(connection, "schema", versions.schema)
    if (recipe, _value(connection, "definitions")) != (versions.recipe, versions.definitions):
        _begin_epoch(connection, versions)


def _lay_out(connection: sqlite3.Connection, versions: Versions) -> None:
    _execute(connection, schema.DDL)
    _put(connection, "secret", secrets.token_bytes(32))
    _put(connection, "schema", versions.schema)
    _put(connection, "epoch", 0)
    _begin_epoch(connection, versions)


def _begin_epoch(connection: sqlite3.Connection, versions: Versions) -> None:
    _put(connection, "epoch", _number(connection, "epoch") + 1)
    _put(connection, "reindexed", 0)
    _put(connection, "definitions", versions.definitions)
    _put(connection, "recipe", versions.recipe)


def _execute(connection: sqlite3.Connection, statements: str) -> None:
    """Do several statements within the transaction under way, which `executescript` would end."""
    for statement in statements.split(";"):
        connection.execute(statement)


def _number(connection: sqlite3.Connection, name: str) -> int:
    return int(_value(connection, name))


def _bytes(connection: sqlite3.Connection, name: str) -> bytes:
    return bytes(_value(connection, name))


def _value(connection: sqlite3.Connection, name: str) -> Any:
    (value,) = connection.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
    return value


def _put(connection: sqlite3.Connection, name: str, value: int | str | bytes) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (name, value))
