"""A server on each store, with the example practice in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import operations
from conformance_tests.interactions.serving import Service, serving
from conformance_tests.storage import openers
from profiles import load
from server.commands import practice
from server.jobs import publishing


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=openers.OPENERS)
async def server(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Service]:
    """A server on which the practice works."""
    store = await openers.OPENERS[request.param](tmp_path)("definitions", 1)
    async with serving(store) as service:
        published = [*(one.definition for one in operations.ROWS), *load.published()]
        await publishing.run(service.engine, published)
        await practice.load(service.engine)
        yield service
    await store.close()
