"""Update a resource, by its id or by a condition, or create it under the id of the client's choice.

An update that changes nothing makes no new version (ARCHITECTURE.md, decision on unchanged updates).
Sources: http://hl7.org/fhir/R4/http.html#update, http://hl7.org/fhir/R4/http.html#cond-update
"""

from __future__ import annotations

from server.fhir import codec
from server.fhir.errors import Conflict
from server.fhir.resource import Resource
from server.interactions import conditions, holding, matching, payload, subsetting, write
from server.interactions.engine import Engine
from server.interactions.matching import Target
from server.interactions.replies import of_write
from server.interactions.request import Reply, Request
from server.storage.store import Row


async def run(engine: Engine, request: Request) -> Reply:
    """`PUT [type]/[id]`: 200 for an update, 201 where nothing was or where it had been deleted."""
    kind, name = request.path
    payload.of_id(request, kind, name)
    resource = payload.checked(engine, request, kind)

    async def attempt() -> Reply:
        row = await engine.store.read(kind, name)
        return await store(engine, request, resource, Target(name, row))

    return await engine.contention.persist(attempt, f"{kind}/{name}")


async def conditional(engine: Engine, request: Request) -> Reply:
    """`PUT [type]?condition`: the same for the only resource that meets the condition, or a new one."""
    (kind,) = request.path
    resource = payload.checked(engine, request, kind)

    async def attempt() -> Reply:
        target = await matching.of_update(engine, request)
        return await store(engine, request, {**resource, "id": target.id}, target)

    return await engine.contention.persist(attempt, f"the {kind}")


async def store(engine: Engine, request: Request, resource: Resource, target: Target) -> Reply:
    """Store a valid resource, under the method of the request, unless that changes nothing; raises as `check` does."""
    row = target.row
    check(request, row, f"{resource['resourceType']}/{target.id}")
    if row is not None and unchanged(row, resource):
        return of_write(request, row, 200)
    draft = write.Draft(resource, row, request.method)
    absent = [one for one in (target.absent, await holding.check(engine, row, resource)) if one is not None]
    (written,) = await write.commit(engine, request.now, [draft], absent)
    return of_write(request, written.row, 200 if row is not None and row.body is not None else 201)


def check(request: Request, row: Row | None, reference: str) -> None:
    """Raise unless If-Match and If-None-Match hold for the current row, a plain write may change it, and this one does
    not overwrite a whole resource with a part.
    """
    version = row.version if row is not None and row.body is not None else None
    conditions.check_match(request, reference, version)
    conditions.check_none_match(request, reference, version)
    if row is not None and row.owner:
        raise Conflict(f"{reference} was made by {row.owner}: no plain update or delete changes it")
    subsetting.check_whole(request.body, row, reference)


def unchanged(row: Row, resource: Resource) -> bool:
    """Whether storing `resource` would change nothing but version and time; the order of members says nothing."""
    if row.body is None:
        return False
    text = codec.encode(write.restamp(resource, row))
    return text == row.body or (len(text) == len(row.body) and codec.ordered(text) == codec.ordered(row.body))
