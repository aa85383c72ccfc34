"""The application: everything wired once, opened when the server starts and closed when it ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from multiprocessing import parent_process
from typing import Any

from fastapi import FastAPI

from server import assembly, config, doors
from server.config import Settings
from server.interactions.engine import Engine
from server.jobs import following, reindexing
from server.rest import health
from server.rest.api import Api
from server.rest.decode import PREFIX, Receive, Scope
from server.rest.encode import Send
from server.rest.gate import Application, Gate
from server.rest.head import Head


class Running:
    """What exists only while the server runs."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        """The engine; only asked for once the server has started."""
        if self._engine is None:
            raise RuntimeError("the server has not started")
        return self._engine

    @asynccontextmanager
    async def around(self, settings: Settings) -> AsyncIterator[None]:
        """Open everything, and close it at the end in the opposite order."""
        async with AsyncExitStack() as stack:
            self._engine = await stack.enter_async_context(assembly.opened(settings))
            await stack.enter_async_context(_in_background(reindexing.run(self._engine)))
            if (parent := parent_process()) is not None and parent.pid is not None:
                await stack.enter_async_context(_in_background(following.run(parent.pid)))
            assembly.pace()
            if settings.mllp_port is not None:
                await stack.enter_async_context(doors.mllp_listener(self._engine, settings))
            yield


def create(settings: Settings) -> Head:
    """The ASGI application by these settings."""
    running = Running()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running.around(settings):
            yield

    application = FastAPI(title="Almoner", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    health.add(application, running.engine)
    api = Api(running.engine, settings.base_url, settings.max_body)
    return Head(Gate(_beside(api, application), settings.open))


def _beside(api: Api, application: FastAPI) -> Application:
    """The FHIR API at its base and below, the application everywhere else.

    No route in between: FHIR's paths are looked up in one table, and a mount would redirect the base itself.
    """

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        inside = scope["type"] == "http" and (path == PREFIX or path.startswith(f"{PREFIX}/"))
        await (api if inside else application)(scope, receive, send)

    return front


def from_environment() -> Head:
    """The application as a worker process makes it, by the variables that its parent has set."""
    return create(config.settings(config.environment(os.environ)))


@asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
