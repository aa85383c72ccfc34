"""Writers that overtake one another wait their turn: without it, the many that want one resource would all but one
fail again and again.

Source: http://hl7.org/fhir/R4/http.html#concurrency
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from weakref import WeakValueDictionary

from server.fhir.errors import Conflict
from server.interactions.request import Reply
from server.storage.store import Present, Stale

TRIES = 3
"""How often a write is tried again in its turn for one thing, before it takes its turn among all that are overtaken."""
LAST_TRIES = 100
"""How often it is tried then, before it is given up as a conflict: those that have not come so far overtake it."""

Attempt: TypeAlias = Callable[[], Awaitable[Reply]]


class Contention:
    """The queues of one process: one for each thing that several writers want at the moment, and a last one for all."""

    __slots__ = ("_last", "_turns")

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._last = asyncio.Lock()

    async def persist(self, attempt: Attempt, what: str) -> Reply:
        """The reply of the first attempt that is not overtaken by another write; raises Conflict in the end."""
        try:
            return await attempt()
        except (Stale, Present) as error:
            turn = self._turn(_wanted(error))
        async with turn:
            reply = await _tried(attempt, TRIES)
            if reply is None:
                async with self._last:
                    reply = await _tried(attempt, LAST_TRIES)
        if reply is None:
            raise Conflict(f"{what} is being changed by others at this moment")
        return reply

    def _turn(self, key: str) -> asyncio.Lock:
        found = self._turns.get(key)
        if found is None:
            found = self._turns[key] = asyncio.Lock()
        return found


async def _tried(attempt: Attempt, times: int) -> Reply | None:
    for _ in range(times):
        try:
            return await attempt()
        except (Stale, Present):
            continue
    return None


def _wanted(error: Stale | Present) -> str:
    return error.reference if isinstance(error, Stale) else repr(error.condition)
