"""The one way to write: stamp, encode once, index, commit.

Source: http://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from server.fhir import codec
from server.fhir.fact import Fact
from server.fhir.resource import Resource
from server.interactions.engine import Engine
from server.search.condition import Condition
from server.search.entries import NOTHING, owned
from server.storage.store import Change, Commit, Row, Version


@dataclass(frozen=True, slots=True)
class Draft:
    """A resource about to be stored after the version `before`, a deletion perhaps, None for a new one. `facts` None
    derives them as imported ones.
    """

    resource: Resource
    before: Row | None = None
    method: str = "POST"
    owner: str = ""
    facts: tuple[Fact, ...] | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """A deletion about to be stored after the version `before`."""

    before: Row


@dataclass(frozen=True, slots=True)
class Written:
    """A stored version: its row, and the resource as stamped; None for a deletion."""

    row: Row
    resource: Resource | None


async def commit(
    engine: Engine,
    now: datetime,
    drafts: Sequence[Draft | Removal],
    absent: Sequence[Condition] = (),
    current: Sequence[Version] = (),
) -> tuple[Written, ...]:
    """Store all drafts or none, durably, while nothing meets `absent` and each of `current` still is; raises Stale or
    Present as the store does. The resources are valid already. None is older than the version before it, whatever the
    clock of the moment says.
    """
    at = milliseconds(now)
    prepared = [_prepare(engine, max(at, draft.before.at if draft.before else at), draft) for draft in drafts]
    rows = await engine.store.commit(Commit(tuple(change for change, _ in prepared), tuple(absent), tuple(current)))
    return tuple(
        Written(_with_body(row, change), resource) for row, (change, resource) in zip(rows, prepared, strict=True)
    )


def restamp(resource: Resource, row: Row) -> Resource:
    """The resource as it would stand had it been stored as that row."""
    return stamp(resource, row.version, instant_of(row.at))


def instant(now: datetime) -> str:
    """FHIR's instant in UTC with milliseconds."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(64)
def instant_of(at: int) -> str:
    """FHIR's instant of whole milliseconds since 1970 UTC."""
    return instant(moment(at))


def moment(at: int) -> datetime:
    """The time of whole milliseconds since 1970 UTC."""
    return datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000)


def milliseconds(now: datetime) -> int:
    """Whole milliseconds since 1970 UTC."""
    return int(now.timestamp()) * 1000 + now.microsecond // 1000


def stamp(resource: Resource, version: int, time: str) -> Resource:
    """A copy whose meta has this version and instant; every other element is shared with the original."""
    meta = {**resource.get("meta", {}), "versionId": str(version), "lastUpdated": time}
    head = {"resourceType": resource["resourceType"], "id": resource["id"], "meta": meta}
    return head | resource | {"meta": meta}


def _prepare(engine: Engine, at: int, draft: Draft | Removal) -> tuple[Change, Resource | None]:
    version = draft.before.version + 1 if draft.before else 1
    if isinstance(draft, Removal):
        return Change(draft.before.type, draft.before.id, version, at, "DELETE", None, NOTHING), None
    resource = stamp(draft.resource, version, instant_of(at))
    facts = engine.facts(resource) if draft.facts is None else draft.facts
    change = Change(
        resource["resourceType"],
        resource["id"],
        version,
        at,
        draft.method,
        codec.encode(resource),
        owned(engine.index(resource), draft.owner),
        facts,
        draft.owner,
    )
    return change, resource


def _with_body(row: Row, change: Change) -> Row:
    return Row(row.type, row.id, row.version, row.at, row.method, change.body, row.order, row.sequence, row.owner)
