"""A worker that follows its parent: without it nobody could end the worker, and it would hold the port."""

from __future__ import annotations

import asyncio
import os
import signal

PERIOD = 1.0
"""Seconds between looks."""


async def run(parent: int, period: float = PERIOD) -> None:
    """End this process in good order once that parent, by its id, is gone."""
    while os.getppid() == parent:
        await asyncio.sleep(period)
    os.kill(os.getpid(), signal.SIGTERM)
