"""Versions in their order: of one resource by its versions, of a type or of all by the outbox, which has every change.

Sequences follow time nearly, not wholly: a clock may be set back. So a walk that a time limits first goes as far as a
page mostly needs; only where that does not fill the page it asks how far rows of that time reach at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from server.storage.sqlite import rows
from server.storage.store import ENDLESS, History, Page, Range

REACH = 4_096
"""How many sequences a walk goes before it asks how far it must."""

_FOLLOWED = "coalesce((SELECT n.at FROM history n WHERE n.rid=r.rid AND n.version={}.version+1),r.at)"
"""When the version that followed was made."""

_ONE = f"""SELECT * FROM (
    SELECT {rows.CURRENT} FROM resource r WHERE r.type=:type AND r.id=:id AND r.version BETWEEN :first AND :last
    UNION ALL SELECT {rows.EARLIER} FROM resource r JOIN history h ON h.rid=r.rid
    WHERE r.type=:type AND r.id=:id AND h.version BETWEEN :first AND :last AND {_FOLLOWED.format("h")}>:from)
    WHERE at>=:since AND at<:before ORDER BY version {{order}} LIMIT :limit"""
_MANY = f"""SELECT o.type,o.id,o.version,o.at,o.method,CASE o.version WHEN r.version THEN r.body ELSE h.body END,
    r.rid,o.seq,CASE o.version WHEN r.version THEN r.owner ELSE h.owner END
    FROM outbox o CROSS JOIN resource r ON r.type=o.type AND r.id=o.id
    LEFT JOIN history h ON h.rid=r.rid AND h.version=o.version
    WHERE {{of_type}} o.seq BETWEEN :first AND :last AND +o.at>=:since AND +o.at<:before
    AND (o.version=r.version OR {_FOLLOWED.format("o")}>:from) ORDER BY o.seq {{order}} LIMIT :limit"""
_FIRST = "SELECT min(seq) FROM outbox INDEXED BY outbox_at WHERE at>=?"
_LAST = "SELECT max(seq) FROM outbox INDEXED BY outbox_at WHERE at<?"
_NEWEST = "SELECT coalesce(max(seq),0) FROM outbox"


def page(connection: sqlite3.Connection, query: History) -> Page:
    """A page of a history."""
    if query.id:
        return _walked(connection, _ONE, query, query.unseen)
    if not query.timed:
        return _walked(connection, _MANY, query, query.unseen)
    near = _walked(connection, _MANY, query, _near(connection, query))
    return near if near.more else _walked(connection, _MANY, query, _timed(connection, query))


def _walked(connection: sqlite3.Connection, statement: str, query: History, places: Range) -> Page:
    order, of_type = "ASC" if query.oldest else "DESC", "o.type=:type AND" if query.type else ""
    text = statement.format(order=order, of_type=of_type)
    return rows.page(connection.execute(text, _values(query, places)).fetchall(), query.limit)


def _values(query: History, places: Range) -> Mapping[str, str | int]:
    since, before = query.made
    start = -ENDLESS if query.during is None else query.during[0]
    times = {"since": since, "from": start, "before": before}
    walk = {"first": places[0], "last": places[1], "limit": query.limit + 1}
    return {"type": query.type, "id": query.id, **times, **walk}


def _near(connection: sqlite3.Connection, query: History) -> Range:
    """The first of the places that are not seen."""
    first, last = query.unseen
    if query.oldest:
        return first, first + REACH
    (newest,) = connection.execute(_NEWEST).fetchone()
    return min(last, newest) - REACH, last


def _timed(connection: sqlite3.Connection, query: History) -> Range:
    """The places that are not seen and may have versions of the time asked for."""
    first, last = query.unseen
    if query.since is not None:
        first = max(first, connection.execute(_FIRST, (query.since,)).fetchone()[0] or ENDLESS)
    if query.during is not None:
        last = min(last, connection.execute(_LAST, (query.during[1],)).fetchone()[0] or 0)
    return first, last
