"""What the server itself publishes: definitions of its own, kept in the store so that they are read and searched as any
other resource, and changed by nobody but the server.

Source: http://hl7.org/fhir/R4/operationdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterable

from server.fhir.resource import Resource
from server.interactions import update, write
from server.interactions.engine import Engine
from server.interactions.write import Draft
from server.storage.store import Row, Stale

OWNER = "almoner"


async def run(engine: Engine, resources: Iterable[Resource]) -> None:
    """Store each resource under its id, unless it is there as it stands."""
    listed = list(resources)
    rows = await engine.store.read_many([(one["resourceType"], one["id"]) for one in listed])
    drafts = [draft for one, row in zip(listed, rows, strict=True) if (draft := _draft(one, row)) is not None]
    if not drafts:
        return
    try:
        await write.commit(engine, engine.clock(), drafts)
    except Stale:
        await run(engine, listed)  # another process is publishing the same


def _draft(one: Resource, row: Row | None) -> Draft | None:
    if row is not None and row.owner == OWNER and update.unchanged(row, one):
        return None
    return Draft(one, row, "PUT", OWNER, ())
