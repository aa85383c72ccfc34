"""Patch a resource, by its id or by a condition, with a document that says what changes.

What comes out is stored as an update would store it: validated, and no new version where nothing changes.
Sources: http://hl7.org/fhir/R4/http.html#patch, http://hl7.org/fhir/R4/http.html#cond-update
"""

from __future__ import annotations

from server.fhir import codec
from server.fhir.errors import Invalid, Unprocessable
from server.fhir.resource import Resource
from server.interactions import matching, payload, read, update
from server.interactions.engine import Engine
from server.interactions.matching import Target
from server.interactions.request import Reply, Request
from server.patching import bounds, formats
from server.patching.formats import Patch
from server.storage.store import Row


async def run(engine: Engine, request: Request) -> Reply:
    """`PATCH [type]/[id]`: 200 with the patched resource; raises NotFound or Gone where there is none."""
    kind, name = request.path
    patch = patch_of(engine, request)

    async def attempt() -> Reply:
        return await _store(engine, request, patch, await read.current(engine, kind, name))

    return await engine.contention.persist(attempt, f"{kind}/{name}")


async def conditional(engine: Engine, request: Request) -> Reply:
    """`PATCH [type]?condition`: the same for the only resource that meets the condition."""
    (kind,) = request.path
    patch = patch_of(engine, request)

    async def attempt() -> Reply:
        target = await matching.of_patch(engine, request)
        return await _store(engine, request, patch, read.live(target.row, kind, target.id))

    return await engine.contention.persist(attempt, f"the {kind}")


def patch_of(engine: Engine, request: Request) -> Patch:
    """The patch that a request brings; raises Invalid or UnsupportedMedia."""
    if request.body is None:
        raise Invalid("a patch is expected in the body")
    return formats.read(payload.validated(engine, request.body), engine.definitions, request.now)


def patched(engine: Engine, request: Request, patch: Patch, row: Row) -> Resource:
    """What a patch makes of the current version, valid; raises where a plain write may not change it, or the patch does
    not apply.
    """
    update.check(request, row, f"{row.type}/{row.id}")
    resource = bounds.checked(patch(codec.stored(row.body or b"")))
    _check_same(resource, row)
    return payload.validated(engine, resource)


async def _store(engine: Engine, request: Request, patch: Patch, row: Row) -> Reply:
    return await update.store(engine, request, patched(engine, request, patch, row), Target(row.id, row))


def _check_same(resource: Resource, row: Row) -> None:
    """Raise Unprocessable where a patch made something else of a resource."""
    if not isinstance(resource, dict) or resource.get("resourceType") != row.type:
        raise Unprocessable("a patch changes no type of a resource", expression="resourceType")
    if resource.get("id") != row.id:
        raise Unprocessable("a patch changes no id of a resource", expression=f"{row.type}.id")
