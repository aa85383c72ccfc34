"""Each store, empty: the contract tests run on all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conformance_tests.storage import openers
from server.storage.store import Store


@pytest.fixture(params=openers.OPENERS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> openers.Opener:
    """Opens the same empty store again and again."""
    return openers.OPENERS[request.param](tmp_path)


@pytest.fixture
async def store(opener: openers.Opener, anyio_backend: str) -> AsyncIterator[Store]:
    """An empty store."""
    opened = await opener("definitions", 1)
    yield opened
    await opened.close()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
