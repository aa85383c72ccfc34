"""What a person sees while loading: a bar on a terminal, plain lines elsewhere, every failure in one line."""

from __future__ import annotations

import time
from types import TracebackType

import rich.progress
from rich.console import Console

INTERVAL = 2.0
"""Seconds between plain lines."""

_COLUMNS = (
    rich.progress.BarColumn(),
    rich.progress.TaskProgressColumn(),
    rich.progress.TextColumn("{task.fields[loaded]:,} resources, {task.fields[rate]:,}/s"),
    rich.progress.TimeRemainingColumn(),
)


class Progress:
    """Counts of what was loaded, skipped and failed, shown on standard error as they grow."""

    def __init__(self, console: Console, total: int, interval: float = INTERVAL) -> None:
        self.loaded = self.skipped = self.failed = 0
        self._console = console
        self._begun = self._shown = time.monotonic()
        self._done, self._total, self._interval = 0, total, interval
        self._bar = rich.progress.Progress(*_COLUMNS, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=total, loaded=0, rate=0)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()
        if error is None or self._done:
            self._console.print(self._summary(), highlight=False, soft_wrap=True)

    def load(self, count: int, size: int) -> None:
        """So many resources were stored."""
        self.loaded += count
        self._advance(size)

    def skip(self, count: int, size: int) -> None:
        """So many resources had been stored by an earlier run."""
        self.skipped += count
        self._advance(size)

    def fail(self, place: str, reason: str, count: int, size: int) -> None:
        """So many resources could not be stored."""
        self.failed += count
        self._console.print(f"{place}: {reason}", markup=False, highlight=False, soft_wrap=True)
        self._advance(size)

    def _summary(self) -> str:
        seconds = time.monotonic() - self._begun
        loaded = f"{self.loaded:,} resources loaded in {seconds:.1f} s ({self._rate():,}/s)"
        return f"{loaded}, {self.skipped:,} skipped as loaded before, {self.failed:,} failed"

    def _advance(self, size: int) -> None:
        self._done += size
        self._bar.update(self._task, completed=self._done, loaded=self.loaded, rate=self._rate())
        now = time.monotonic()
        if not self._console.is_terminal and now - self._shown >= self._interval:
            self._shown = now
            share = 100 * self._done // max(self._total, 1)
            self._console.print(f"{share} %, {self.loaded:,} resources, {self._rate():,}/s", highlight=False)

    def _rate(self) -> int:
        return round(self.loaded / max(time.monotonic() - self._begun, 0.001))
