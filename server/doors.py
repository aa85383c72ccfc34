"""The legacy door: the HL7 v2 listener on the same engine as HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.config import Settings
from server.fhir.resource import Resource
from server.hl7v2 import mllp, original
from server.hl7v2.bridge import Bridge
from server.interactions import table
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request
from server.rest.decode import PREFIX
from server.search.compiler import Criteria
from server.search.values import escape


@asynccontextmanager
async def mllp_listener(engine: Engine, settings: Settings) -> AsyncIterator[int]:
    """Take messages while the server runs; gives the port it listens on."""
    server = await mllp.serve(
        settings.host, settings.mllp_port or 0, bridge(engine, settings).answer, reuse_port=settings.workers > 1
    )
    try:
        yield server.port
    finally:
        await server.close()


def bridge(engine: Engine, settings: Settings) -> Bridge:
    """The bridge from messages to this engine."""
    base = settings.base_url or f"http://{settings.host}:{settings.port}{PREFIX}"

    async def submit(bundle: Resource) -> Reply:
        return await table.run(engine, Request("POST", (), engine.clock(), base, body=bundle))

    async def known(digest: str) -> bool:
        tag = f"{original.TAG}|{escape(digest)}"
        condition = Criteria(engine.definitions, "Provenance", engine.clock()).condition([("_tag", tag)])
        return await engine.store.count(condition, 1) > 0

    return Bridge(submit, known, engine.clock, engine.new_id, settings.zone)
