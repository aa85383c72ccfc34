"""Which resource a conditional create, update, patch or delete is for.

Sources: http://hl7.org/fhir/R4/http.html#ccreate, http://hl7.org/fhir/R4/http.html#cond-update,
http://hl7.org/fhir/R4/http.html#patch, http://hl7.org/fhir/R4/http.html#cdelete
"""

from __future__ import annotations

from dataclasses import dataclass

from server.fhir.errors import Conflict, Invalid, NotFound, PreconditionFailed
from server.interactions import criteria, payload
from server.interactions.engine import Engine
from server.interactions.request import Request
from server.search.condition import Condition
from server.storage.store import Row


@dataclass(frozen=True, slots=True)
class Target:
    """The resource under `id`: `row` is its current version, None where it is to be created.

    `absent` must match nothing when the write is committed.
    """

    id: str
    row: Row | None = None
    absent: Condition | None = None


async def of_create(engine: Engine, request: Request) -> Target:
    """What exists already when If-None-Exist finds exactly that, else a new resource."""
    (kind,) = request.path
    condition = criteria.if_none_exist(engine, request, kind)
    row = None if condition is None else await _only(engine, condition)
    return Target(row.id, row) if row else Target(engine.new_id(), None, condition)


async def of_update(engine: Engine, request: Request) -> Target:
    """The only resource that meets the condition, else a new one, under the id of the body where it has one."""
    (kind,) = request.path
    condition = criteria.condition(engine, request, kind, request.query)
    wanted = payload.of_type(request, kind).get("id")
    row = await _only(engine, condition)
    if row is None:
        return await _new(engine, kind, wanted, condition)
    if wanted not in (None, row.id):
        raise Invalid("the id of the resource is not that of the one that meets the condition", expression=f"{kind}.id")
    return Target(row.id, row)


async def of_patch(engine: Engine, request: Request) -> Target:
    """The only resource that meets the condition; raises NotFound where there is none."""
    (kind,) = request.path
    row = await _only(engine, criteria.condition(engine, request, kind, request.query))
    if row is None:
        raise NotFound(f"no {kind} meets the condition")
    return Target(row.id, row)


async def of_delete(engine: Engine, request: Request) -> Target:
    """The only resource that meets the condition, or one that never was."""
    (kind,) = request.path
    row = await _only(engine, criteria.condition(engine, request, kind, request.query))
    return Target(row.id if row else engine.new_id(), row)


async def _new(engine: Engine, kind: str, wanted: str | None, condition: Condition) -> Target:
    if wanted is None:
        return Target(engine.new_id(), None, condition)
    row = await engine.store.read(kind, payload.logical_id(wanted))
    if row is not None and row.body is not None:
        raise Conflict(f"{kind}/{wanted} exists and does not meet the condition", expression=f"{kind}.id")
    return Target(wanted, row, condition)


async def _only(engine: Engine, condition: Condition) -> Row | None:
    rows = await criteria.matches(engine, condition)
    if len(rows) > 1:
        raise PreconditionFailed("several resources meet the condition")
    return rows[0] if rows else None
