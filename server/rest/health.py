"""Whether the server lives, and whether it can answer: for those who watch over it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from server.fhir.errors import Unavailable
from server.interactions.engine import Engine


def add(application: FastAPI, engine: Callable[[], Engine]) -> None:
    """Add `/livez` and `/readyz`."""

    @application.get("/livez")
    async def live() -> JSONResponse:
        """200 as long as the process answers."""
        return JSONResponse({"status": "alive"})

    @application.get("/readyz")
    async def ready() -> JSONResponse:
        """200 when the store answers, 503 when not; says whether resources are still to be reindexed."""
        try:
            await engine().store.probe()
            outdated = await engine().store.outdated(1)
        except Unavailable as error:
            return JSONResponse({"status": "unavailable", "reason": str(error)}, 503)
        return JSONResponse({"status": "ready", "reindexing": bool(outdated)})
