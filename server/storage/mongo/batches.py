"""Requests that wait together are answered together: a find or a transaction costs about the same for one and many."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Generic, TypeAlias, TypeVar

from server.fhir.errors import Unavailable

WAITING = 4_096
"""How many requests may wait; more are refused, to be sent again."""

T = TypeVar("T")
R = TypeVar("R")

Perform: TypeAlias = Callable[[Sequence[T]], Coroutine[None, None, Sequence[R | Exception]]]
"""Answers several requests, each with its result or with the exception that its sender gets."""
_Waiting: TypeAlias = tuple[T, asyncio.Future[R]]


class Batches(Generic[T, R]):
    """A queue whose requests are taken many at a time.

    `flights` batches are under way at most; a batch has one request, or as many as weigh no more than `heaviest`.
    """

    def __init__(self, perform: Perform[T, R], weigh: Callable[[T], int], heaviest: int, flights: int) -> None:
        self._perform = perform
        self._weigh = weigh
        self._heaviest = heaviest
        self._free = flights
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._flights: set[asyncio.Task[Sequence[R | Exception]]] = set()

    async def add(self, request: T) -> R:
        """The answer to a request, or what was raised for it; raises Unavailable when too many wait."""
        if len(self._waiting) >= WAITING:
            raise Unavailable("too many requests are waiting; send it again")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._waiting.append((request, future))
        if len(self._waiting) == 1:
            loop.call_soon(self._start)  # those that come in this turn of the loop wait for one another
        return await future

    async def close(self) -> None:
        """Return once everything that waits has its answer."""
        while self._waiting or self._flights:
            await (asyncio.wait(self._flights) if self._flights else asyncio.sleep(0))

    def _start(self) -> None:
        while self._waiting and self._free:
            batch = self._taken()
            if batch:
                self._free -= 1
                self._fly(batch)

    def _fly(self, batch: list[_Waiting[T, R]]) -> None:
        requests = [request for request, _ in batch]
        flight = asyncio.create_task(self._perform(requests))
        self._flights.add(flight)
        flight.add_done_callback(partial(self._land, batch))

    def _taken(self) -> list[_Waiting[T, R]]:
        batch: list[_Waiting[T, R]] = []
        weight = 0
        while self._waiting:
            request, future = self._waiting[0]
            weight += self._weigh(request)
            if batch and weight > self._heaviest:
                break
            self._waiting.popleft()
            if not future.done():
                batch.append((request, future))
        return batch

    def _land(self, batch: list[_Waiting[T, R]], task: asyncio.Task[Sequence[R | Exception]]) -> None:
        self._free += 1
        self._flights.discard(task)
        _settle(batch, task)
        self._start()


def _settle(batch: Sequence[_Waiting[T, R]], task: asyncio.Task[Sequence[R | Exception]]) -> None:
    failure = Unavailable("the store is being closed") if task.cancelled() else task.exception()
    results = task.result() if failure is None else [failure] * len(batch)
    for (_, future), result in zip(batch, results, strict=True):
        if future.done():
            continue
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)
