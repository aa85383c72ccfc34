"""Delete a resource, or all that meet a condition; their history stays.

Sources: http://hl7.org/fhir/R4/http.html#delete, http://hl7.org/fhir/R4/http.html#cdelete
"""

from __future__ import annotations

from server.fhir.errors import PreconditionFailed
from server.interactions import criteria, holding, payload, update, write
from server.interactions.conditions import etag
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request
from server.storage.store import Query

MOST = 1_000
"""How many resources one condition deletes."""


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


async def conditional(engine: Engine, request: Request) -> Reply:
    """`DELETE [type]?condition`: all that meet it, in one commit, or none; 204, also where nothing does."""
    (kind,) = request.path
    condition = criteria.condition(engine, request, kind, request.query)

    async def attempt() -> Reply:
        found = await engine.store.search(Query(condition, MOST))
        if found.more:
            raise PreconditionFailed(f"more than {MOST:,} resources meet the condition; nothing is deleted")
        for row in found.rows:
            update.check(request, row, f"{kind}/{row.id}")
        held = [await holding.check(engine, row, None) for row in found.rows]
        drafts = [write.Removal(row) for row in found.rows]
        if drafts:
            await write.commit(engine, request.now, drafts, [one for one in held if one is not None])
        return Reply(204)

    return await engine.contention.persist(attempt, f"the {kind}")
