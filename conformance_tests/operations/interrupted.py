"""A store in which something else happens at a moment that a test chooses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from server.storage.sqlite.store import SqliteStore
from server.storage.store import Commit, Row


class Interrupted:
    """A store that lets something else happen before its next commit."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.between: Callable[[], Awaitable[object]] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, commit: Commit) -> tuple[Row, ...]:
        """Commit, after what is to happen before."""
        between, self.between = self.between, None
        if between is not None:
            await between()
        return await self._store.commit(commit)
