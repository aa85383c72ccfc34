"""A server on each store, empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conformance_tests.interactions.serving import Service, serving
from conformance_tests.storage import openers


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=openers.OPENERS)
async def server(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Service]:
    """A server on an empty store."""
    store = await openers.OPENERS[request.param](tmp_path)("definitions", 1)
    async with serving(store) as service:
        yield service
    await store.close()
