"""Reindexing while the server serves: outdated rows are handed out in the order of creation, the place is kept.

A row that was written since is of the present epoch and is passed over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from server.storage.sqlite import rows
from server.storage.sqlite.batch import Batch
from server.storage.store import Reindexed, Row

_LAST = "SELECT coalesce(max(rid),0) FROM resource"
_OUTDATED = f"""SELECT {rows.CURRENT} FROM resource r
    WHERE r.rid>max(?,(SELECT value FROM meta WHERE name='reindexed')) AND r.epoch<? AND r.body IS NOT NULL
    ORDER BY r.rid LIMIT ?"""


def outdated(connection: sqlite3.Connection, epoch: int, after: int, limit: int) -> tuple[tuple[Row, ...], int]:
    """Live resources behind a place whose entries are of an earlier epoch, and the place of the last resource."""
    (last,) = connection.execute(_LAST).fetchone()
    return tuple(map(rows.row, connection.execute(_OUTDATED, (after, epoch, limit)).fetchall())), last


def replace(batch: Batch, resources: Sequence[Reindexed]) -> None:
    """New entries for the resources that are still as they were read; the place moves behind them all."""
    for one in resources:
        batch.reindex(one.row.order, one.row.version, one.entries)
    batch.reindexed(max((one.row.order for one in resources), default=0))
