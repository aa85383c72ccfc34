"""Reindexing while the server serves: outdated resources get the entries of the present recipe and definitions."""

from __future__ import annotations

import asyncio
import logging

from server.fhir import codec
from server.fhir.errors import Unavailable
from server.interactions.engine import Engine
from server.search.entries import owned
from server.storage.store import Reindexed, Row

BATCH = 100
"""How many resources are reindexed in one commit."""
PAUSE = 1.0
"""Seconds to wait for a store that does not answer."""

log = logging.getLogger("almoner.jobs")


async def run(engine: Engine) -> int:
    """Reindex all that is outdated, and give how many resources that were; survives a store that does not answer."""
    done = 0
    while True:
        try:
            count = await _batch(engine)
        except Unavailable:
            await asyncio.sleep(PAUSE)
            continue
        if count == 0:
            return done
        done += count
        log.info("reindexed %d resources", done)


async def _batch(engine: Engine) -> int:
    rows = await engine.store.outdated(BATCH)
    if rows:
        await engine.store.reindex([await _reindexed(engine, row) for row in rows])
    return len(rows)


async def _reindexed(engine: Engine, row: Row) -> Reindexed:
    await asyncio.sleep(0)
    return Reindexed(row, owned(engine.index(codec.stored(row.body or b"")), row.owner))
