"""Loading: units are sent a few at a time, halved when they fail, tried again when others have come.

Of units that put the same resource each waits for those before it: the last one wins, as if all came one by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter

from server.commands import load_documents, load_files, load_journal, load_units
from server.commands.load_files import File
from server.commands.load_progress import Progress
from server.commands.load_spool import Spool
from server.commands.load_target import Answer, Stopped, Target
from server.commands.load_units import Fault, Unit

_FINAL = frozenset((405, 413, 415))
"""Statuses that no other resource can change."""

_WAITS = Answer(409, "an earlier version of it was not stored")


class Loading:
    """One run over some files, at most `width` requests under way."""

    def __init__(self, target: Target, progress: Progress, spool: Spool, width: int) -> None:
        self._target = target
        self._progress = progress
        self._spool = spool
        self._slots = asyncio.Semaphore(width)
        self._putting: dict[str, asyncio.Task[None]] = {}
        self._aside: set[str] = set()

    async def run(self, files: Sequence[File]) -> None:
        """Load all files; failures go to the progress. Raises Stopped."""
        for _, group in groupby(files, key=attrgetter("rank")):
            await self._all(_documents(list(group)))
        loaded = 0
        while self._spool and self._progress.loaded > loaded:
            loaded = self._progress.loaded
            self._aside.clear()
            await self._all(unit for unit, _ in self._spool.take())
        while self._spool:
            self._aside.clear()
            for unit, answer in self._spool.take():
                await self._finally(unit, answer)

    async def _finally(self, unit: Unit, answer: Answer) -> None:
        """Tell why a unit is not stored, or store it after all where it only waited for one that is not."""
        if answer is _WAITS:
            await self._send(unit)
        else:
            self._progress.fail(unit.place, _reason(answer), len(unit.entries), unit.size)

    async def _all(self, documents: Iterable[Unit | Fault]) -> None:
        stopped: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as group:
                for document in documents:
                    await self._slots.acquire()
                    self._start(group, document)
        except* Stopped as error:
            stopped += error.exceptions
        if stopped:
            raise stopped[0]

    def _start(self, group: asyncio.TaskGroup, document: Unit | Fault) -> None:
        puts = frozenset[str]() if isinstance(document, Fault) else document.puts
        before = {self._putting[one] for one in puts if one in self._putting}
        task = group.create_task(self._one(document, before))
        self._putting.update(dict.fromkeys(puts, task))
        task.add_done_callback(partial(self._settled, puts))

    def _settled(self, puts: frozenset[str], task: asyncio.Task[None]) -> None:
        for one in puts:
            if self._putting.get(one) is task:
                del self._putting[one]

    def _set_aside(self, unit: Unit, answer: Answer) -> None:
        self._spool.add(unit, answer)
        self._aside |= unit.puts

    async def _one(self, document: Unit | Fault, before: set[asyncio.Task[None]]) -> None:
        try:
            if before:
                await asyncio.wait(before)
            if isinstance(document, Fault):
                self._progress.fail(document.place, document.reason, 1, document.size)
            else:
                await self._unless_journalled(document)
        finally:
            self._slots.release()

    async def _unless_journalled(self, unit: Unit) -> None:
        state = await self._state(unit) if unit.entries else load_journal.LOADED
        if state == load_journal.LOADED:
            self._progress.skip(len(unit.entries), unit.size)
        elif state == load_journal.DIVIDED:
            for half in load_units.halves(unit):
                await self._unless_journalled(half)
        else:
            await self._send(unit)

    async def _send(self, unit: Unit) -> None:
        if not self._aside.isdisjoint(unit.puts):
            self._set_aside(unit, _WAITS)
            return
        answer = await self._target.post_bundle(load_journal.bundle(unit))
        if answer.stored or (answer.status == 412 and await self._state(unit) == load_journal.LOADED):
            self._progress.load(len(unit.entries), unit.size)
        elif unit.divisible:
            await self._divide(unit)
        elif answer.status in _FINAL:
            self._progress.fail(unit.place, _reason(answer), len(unit.entries), unit.size)
        else:
            self._set_aside(unit, answer)

    async def _divide(self, unit: Unit) -> None:
        """Record the division before anything of it is sent: the whole must never be sent after a part of it."""
        answer = await self._target.post_bundle(load_journal.division(unit))
        if answer.stored:
            for half in load_units.halves(unit):
                await self._send(half)
        elif await self._state(unit) is not None:
            await self._unless_journalled(unit)
        else:
            self._set_aside(unit, answer)

    async def _state(self, unit: Unit) -> str | None:
        record = await self._target.read("Basic", load_journal.name(unit))
        return load_journal.state(record) if record is not None else None


def _documents(files: Sequence[File]) -> Iterator[Unit | Fault]:
    for file, opening in load_files.opened(files):
        yield from load_documents.units(file, opening)


def _reason(answer: Answer) -> str:
    return f"{answer.status} {answer.diagnostics}"
