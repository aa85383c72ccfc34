"""Searching: the condition that is met by the fewest rows drives, the others are probed row by row.

SQLite does not choose well between self-joins of one table, so the choice is made here, by counting the rows of each
candidate up to a small bound.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from server.search.condition import Condition
from server.storage.sqlite import filters, rows, sql
from server.storage.sqlite.filters import Filters
from server.storage.sqlite.sql import Source, Sql
from server.storage.store import Page, Query

_ROUNDS = (16, 256, 4096)
"""How far candidates are counted, in turn, until one has fewer rows."""
_LAST = 2**62


def page(connection: sqlite3.Connection, compile: Filters, query: Query) -> Page:
    """A page of live resources that match."""
    found = _select(connection, compile, query.condition)
    below = _LAST if query.below is None else query.below
    text = (
        f"SELECT {rows.CURRENT} FROM ({found.text} AND t.rid<? ORDER BY t.rid DESC LIMIT ?) f"
        " CROSS JOIN resource r ON r.rid=f.rid ORDER BY r.rid DESC"
    )
    return rows.page(connection.execute(text, (*found.values, below, query.limit + 1)).fetchall(), query.limit)


def count(connection: sqlite3.Connection, compile: Filters, condition: Condition, limit: int) -> int:
    """How many live resources match, counting no further than `limit`."""
    found = _select(connection, compile, condition)
    (number,) = connection.execute(f"SELECT count(*) FROM ({found.text} LIMIT ?)", (*found.values, limit)).fetchone()
    return int(number)


def _select(connection: sqlite3.Connection, compile: Filters, condition: Condition) -> Sql:
    """`SELECT t.rid ... WHERE ...`, each row once."""
    parts = filters.parts(condition)
    candidates = [(place, source) for place, part in enumerate(parts) if (source := compile.source(part)) is not None]
    place, source = _driver(connection, candidates)
    probes = [compile.probe(part) for other, part in enumerate(parts) if other != place]
    where = " AND ".join(f"({one.text})" for one in (source.where, *probes))
    values = (*source.tables.values, *source.where.values, *(value for one in probes for value in one.values))
    return Sql(f"SELECT {'DISTINCT ' if source.distinct else ''}t.rid FROM {source.tables.text} WHERE {where}", values)


def _driver(connection: sqlite3.Connection, candidates: Sequence[tuple[int, Source]]) -> tuple[int, Source]:
    """The candidate with the fewest rows, and which part it is; all live resources when there is none.

    Where all have many, one that gives them in the order of the page is left as soon as that is full.
    """
    if not candidates:
        return -1, sql.EVERYTHING
    if len(candidates) == 1:
        return candidates[0]
    for bound in _ROUNDS:
        counted = [(_count(connection, source, bound), at) for at, (_, source) in enumerate(candidates)]
        fewest, at = min(counted)
        if fewest < bound:
            return candidates[at]
    return next((one for one in reversed(candidates) if not one[1].distinct), candidates[-1])


def _count(connection: sqlite3.Connection, source: Source, bound: int) -> int:
    counted = connection.execute(f"SELECT count(*) FROM ({source.rows.text} LIMIT ?)", (*source.rows.values, bound))
    return int(counted.fetchone()[0])
