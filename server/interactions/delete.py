"""Delete a resource; its history stays.

Source: http://hl7.org/fhir/R4/http.html#delete
"""

from __future__ import annotations

from server.interactions import holding, payload, update, write
from server.interactions.conditions import etag
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request


async def run(engine: Engine, request: Request) -> Reply:
    """`DELETE [type]/[id]`: 204, also where nothing is left to delete."""
    kind, name = request.path[0], payload.logical_id(request.path[1])

    async def attempt() -> Reply:
        row = await engine.store.read(kind, name)
        update.check(request, row, f"{kind}/{name}")
        if row is None or row.body is None:
            return Reply(204)
        held = await holding.check(engine, row, None)
        await write.commit(engine, request.now, [write.Removal(row)], [held] if held else [])
        return Reply(204, headers={"ETag": etag(row.version + 1)})

    return await engine.contention.persist(attempt, f"{kind}/{name}")
