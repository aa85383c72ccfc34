"""How each kind of store is opened for a test; a row here puts a store under the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

from conformance_tests.storage import standin
from server.storage.mongo.store import MongoStore
from server.storage.sqlite.store import SqliteStore
from server.storage.store import Store

Opener: TypeAlias = Callable[[str, int], Awaitable[Store]]
"""Opens one and the same store with these definitions and index recipe."""


def _sqlite(directory: Path) -> Opener:
    async def opened(definitions: str, recipe: int) -> Store:
        return SqliteStore(directory, definitions, recipe)

    return opened


def _mongo(_: Path) -> Opener:
    uri = standin.named(standin.uri(), f"almoner_test_{uuid4().hex}")

    async def opened(definitions: str, recipe: int) -> Store:
        return await MongoStore.open(uri, definitions, recipe)

    return opened


OPENERS: Mapping[str, Callable[[Path], Opener]] = {"sqlite": _sqlite, "mongo": _mongo}
"""The name of a store to what opens an empty one in a directory."""
