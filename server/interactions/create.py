"""Create a resource, conditionally where If-None-Exist says so.

Source: http://hl7.org/fhir/R4/http.html#create
"""

from __future__ import annotations

from server.interactions import matching, payload, write
from server.interactions.engine import Engine
from server.interactions.replies import of_write
from server.interactions.request import Reply, Request


async def run(engine: Engine, request: Request) -> Reply:
    """`POST [type]`: 201, or 200 with what exists when exactly one resource meets If-None-Exist."""
    (kind,) = request.path
    resource = payload.checked(engine, request, kind)

    async def attempt() -> Reply:
        target = await matching.of_create(engine, request)
        if target.row is not None:
            return of_write(request, target.row, 200)
        draft = write.Draft({**resource, "id": target.id})
        (written,) = await write.commit(engine, request.now, [draft], [target.absent] if target.absent else [])
        return of_write(request, written.row, 201)

    return await engine.contention.persist(attempt, f"the {kind}")
