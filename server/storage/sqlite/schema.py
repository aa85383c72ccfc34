"""The tables of a store, and the connections to them.

`k` is a key of `keys.py`. `term` finds resources by whole terms, `rng` and `str` by spans and beginnings of texts;
`val` and `sval` hold the same by resource, so that a condition that does not drive a search can be probed. `facets`
has what is asked of a resource that is known: the keys of the parameters that it has values of, eight octets each, and
its references and itself, by the keys of name and value, whose exclusive or is the key in `term`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from server.storage.sqlite import indexing

SCHEMA = 2
"""The version of the tables."""

SINCE_2 = """
CREATE TABLE facets(rid INTEGER PRIMARY KEY, valued BLOB NOT NULL, links TEXT NOT NULL);
"""
"""What version 2 has more than version 1."""
DDL = f"""{SINCE_2}
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE resource(
    rid INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL,
    at INTEGER NOT NULL, method TEXT NOT NULL, owner TEXT NOT NULL, epoch INTEGER NOT NULL, entries BLOB, body BLOB);
CREATE UNIQUE INDEX resource_id ON resource(type, id);
CREATE UNIQUE INDEX resource_seq ON resource(seq);

CREATE TABLE history(
    rid INTEGER NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, method TEXT NOT NULL,
    owner TEXT NOT NULL, body BLOB, PRIMARY KEY(rid, version));

CREATE TABLE outbox(
    seq INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, method TEXT NOT NULL,
    at INTEGER NOT NULL);

CREATE TABLE term(k INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(k, rid)) WITHOUT ROWID;
CREATE TABLE rng(k INTEGER NOT NULL, lo NUMERIC NOT NULL, hi NUMERIC NOT NULL, rid INTEGER NOT NULL,
    PRIMARY KEY(k, lo, hi, rid)) WITHOUT ROWID;
CREATE TABLE val(rid INTEGER NOT NULL, k INTEGER NOT NULL, lo NUMERIC NOT NULL, hi NUMERIC NOT NULL,
    PRIMARY KEY(rid, k, lo, hi)) WITHOUT ROWID;
CREATE TABLE str(k INTEGER NOT NULL, v TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(k, v, rid)) WITHOUT ROWID;
CREATE TABLE sval(rid INTEGER NOT NULL, k INTEGER NOT NULL, v TEXT NOT NULL, PRIMARY KEY(rid, k, v)) WITHOUT ROWID;

CREATE TABLE fact(
    rid INTEGER NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, payer TEXT NOT NULL, provider TEXT NOT NULL,
    outcome TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL, exact TEXT);
CREATE INDEX fact_rid ON fact(rid);
CREATE INDEX fact_kind ON fact(kind, day, payer, provider, outcome, currency, amount, exact);
"""

INDEXES = """
CREATE INDEX IF NOT EXISTS outbox_type ON outbox(type);
CREATE INDEX IF NOT EXISTS outbox_at ON outbox(at);
"""
"""What a store gets when it is opened, if it is an older one; a server that does not know of it keeps it up."""

_PRAGMAS = ("synchronous=FULL", "busy_timeout=10000", "journal_size_limit=67108864", "temp_store=MEMORY")
_READING = ("cache_size=-65536", "query_only=1", "wal_autocheckpoint=0")
_WRITING = ("cache_size=-200000", "wal_autocheckpoint=1000")


def reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write."""
    return _connected(path, _READING)


def writing(path: Path) -> sqlite3.Connection:
    """The connection that writes; an empty file becomes a database in WAL mode."""
    connection = _connected(path, ("page_size=8192", "journal_mode=WAL", *_WRITING))
    connection.execute("PRAGMA secure_delete=0")
    indexing.prepare(connection)
    return connection


def _connected(path: Path, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in (*_PRAGMAS, *pragmas):
        connection.execute(f"PRAGMA {pragma}")
    return connection
