"""Reading: at once on the event loop while that takes a few milliseconds, else again in a thread with more time.

A read by id or a first page takes tens of microseconds, less than handing it to a thread would cost. What takes longer
is interrupted by SQLite's own progress callback, so that no query can stop the loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import TypeVar

from server.fhir.errors import TooCostly, Unavailable
from server.storage.sqlite import schema

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

INLINE = 0.005
"""Seconds that a read may take on the event loop."""
DEADLINE = 20.0
"""Seconds that a read may take in a thread."""
THREADS = 4
_STEPS = 2_000
"""How many virtual machine instructions SQLite runs between two looks at the clock: some 20 microseconds."""


class _Reader:
    """A connection whose statements end at a deadline."""

    def __init__(self, path: Path) -> None:
        self._connection = schema.reading(path)
        self._connection.set_progress_handler(self._late, _STEPS)
        self._until = 0.0

    def run(self, work: Work[T], seconds: float) -> T:
        """What the work gives; raises sqlite3.OperationalError, `interrupted` when its time is over."""
        self._until = perf_counter() + seconds
        return work(self._connection)

    def close(self) -> None:
        self._connection.close()

    def _late(self) -> bool:
        return perf_counter() > self._until


class Readers:
    """The reading connections of a store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inline = _Reader(path)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="almoner-read")
        self._idle: SimpleQueue[_Reader] = SimpleQueue()

    async def run(self, work: Work[T]) -> T:
        """What the work gives; raises Unavailable, or TooCostly after DEADLINE."""
        try:
            return self._inline.run(work, INLINE)
        except sqlite3.Error as error:
            if not _interrupted(error):
                raise told(error) from error
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._slowly, work)

    def close(self) -> None:
        """Let go of all connections once no read is under way."""
        self._pool.shutdown()
        self._inline.close()
        while (reader := self._take()) is not None:
            reader.close()

    def _slowly(self, work: Work[T]) -> T:
        reader = self._take() or _Reader(self._path)
        try:
            return reader.run(work, DEADLINE)
        except sqlite3.Error as error:
            if _interrupted(error):
                raise TooCostly(f"the search takes longer than {DEADLINE:.0f} s; narrow it") from error
            raise told(error) from error
        finally:
            self._idle.put(reader)

    def _take(self) -> _Reader | None:
        try:
            return self._idle.get_nowait()
        except Empty:
            return None


def told(error: sqlite3.Error) -> TooCostly | Unavailable:
    """What a caller is told when the database does not answer: the kind of trouble, no content. A statement that nests
    deeper than SQLite reads is a search that asks too much.
    """
    if "parser stack overflow" in str(error):
        return TooCostly("the search nests too deeply: follow fewer links at once")
    return Unavailable(f"the store cannot answer now ({getattr(error, 'sqlite_errorname', None) or 'SQLITE_ERROR'})")


def _interrupted(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
