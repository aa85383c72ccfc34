"""Group commit: one thread writes; commits that wait together share one durable transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from server.fhir.errors import Unavailable
from server.storage.sqlite import schema
from server.storage.sqlite.batch import Batch
from server.storage.sqlite.filters import Filters
from server.storage.sqlite.heads import Target
from server.storage.sqlite.readers import told
from server.storage.store import Present, Stale

GROUP = 64
"""How many commits share a transaction at most."""
WAITING = 4_096
"""How many commits may wait; more are refused, to be sent again."""

Step = Callable[[Batch], Any]
"""What a commit does in the transaction: it may raise Stale or Present before it has staged anything."""


@dataclass(frozen=True, slots=True)
class _Job:
    step: Step
    targets: Sequence[Target]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Done:
    job: _Job
    result: Any = None
    error: BaseException | None = None


class Writer:
    """The one writing connection of a store in this process, and its thread."""

    def __init__(self, path: Path, compile: Filters, epoch: int) -> None:
        self._path = path
        self._compile = compile
        self._epoch = epoch
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._thread = Thread(target=self._run, name="almoner-write", daemon=True)
        self._thread.start()

    async def run(self, step: Step, targets: Sequence[Target] = ()) -> Any:
        """What the step gives, once it is durable; raises what it raises, or Unavailable.

        `targets` are the resources that it is going to change.
        """
        if self._queue.qsize() >= WAITING:
            raise Unavailable("too many writes are waiting; send it again")
        loop = asyncio.get_running_loop()
        job = _Job(step, targets, loop, loop.create_future())
        self._queue.put(job)
        return await job.future

    def close(self) -> None:
        """Finish what waits and end."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            group, last = self._group(job)
            _tell(self._perform(group))
            if last:
                break
        if self._connection is not None:
            self._connection.close()

    def _group(self, first: _Job) -> tuple[list[_Job], bool]:
        """The first job and those that wait behind it; whether the writer ends after them."""
        group = [first]
        while len(group) < GROUP:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _perform(self, group: list[_Job]) -> list[_Done]:
        try:
            return self._commit(group)
        except sqlite3.Error as error:
            self._reset()
            return [_Done(job, error=told(error)) for job in group]
        except Exception as error:  # noqa: BLE001 - the thread must outlive a fault of our own; every waiter gets it
            self._reset()
            return [_Done(job, error=error) for job in group]

    def _commit(self, group: list[_Job]) -> list[_Done]:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        batch = Batch(connection, self._compile, self._epoch)
        batch.expect([target for job in group for target in job.targets])
        done = [_step(batch, job) for job in group]
        batch.write()
        connection.execute("COMMIT")
        return done

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = schema.writing(self._path)
        return self._connection

    def _reset(self) -> None:
        """Undo the transaction and connect anew next time: the disk may be another by then."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _step(batch: Batch, job: _Job) -> _Done:
    try:
        return _Done(job, job.step(batch))
    except (Stale, Present) as error:
        return _Done(job, error=error)


def _tell(done: list[_Done]) -> None:
    """Hand the results over, in one call for each event loop."""
    loops = {id(one.job.loop): one.job.loop for one in done}
    for key, loop in loops.items():
        own = [one for one in done if id(one.job.loop) == key]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, own)


def _settle(done: list[_Done]) -> None:
    for one in done:
        if one.job.future.done():
            continue
        if one.error is None:
            one.job.future.set_result(one.result)
        else:
            one.job.future.set_exception(one.error)
