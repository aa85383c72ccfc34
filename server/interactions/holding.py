"""What money stands on: a resource that posted ones refer to is not deleted, and some of its elements stay.

Source: http://hl7.org/fhir/R4/http.html#delete
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.fhir import codec
from server.fhir.errors import Conflict
from server.fhir.resource import Json, Resource
from server.search.compiler import Criteria
from server.search.condition import All, Condition, Term
from server.search.values import escape
from server.storage.store import Row

if TYPE_CHECKING:
    from server.interactions.engine import Engine


@dataclass(frozen=True, slots=True)
class Hold:
    """What `owner` posted, of a type, holds in place: the resource that it refers to by a search parameter, and the
    References in some elements of that, `keeps`. Where it also holds what refers to what these lead to, `through` has
    their names.
    """

    owner: str
    type: str
    parameter: str
    keeps: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


async def check(engine: Engine, row: Row | None, resource: Resource | None) -> Condition | None:
    """What must match nothing for a plain write on `row`, None for a write that moves nothing that is held.

    `resource` is what is to be stored, None for a deletion. Raises Conflict where something matches already.
    """
    hold = None if row is None or row.body is None else engine.holds.get(row.type)
    if row is None or hold is None:
        return None
    before = codec.stored(row.body or b"")
    if resource is not None and not _moves(hold, before, resource):
        return None
    reference = f"{row.type}/{row.id}"
    named = ",".join(map(escape, [reference, *_through(hold, before)]))
    holding = Criteria(engine.definitions, hold.type, engine.clock()).condition([(hold.parameter, named)])
    condition = All((holding, Term(f"_owner={hold.owner}")))
    if await engine.store.count(condition, 1):
        raise Conflict(f"{reference} {_kept(hold, resource)}: {hold.owner} has posted what refers to it")
    return condition


def _moves(hold: Hold, before: Resource, after: Resource) -> bool:
    return any(_references(before.get(name)) != _references(after.get(name)) for name in hold.keeps)


def _through(hold: Hold, before: Resource) -> Iterator[str]:
    for name in hold.through:
        found = _references(before.get(name))
        if isinstance(found, str) and found[:1] not in ("", "#"):
            yield found


def _references(value: Json) -> Json:
    """What an element refers to, whatever else it says; the element itself where that is nothing literal."""
    if isinstance(value, list):
        return [_references(one) for one in value]
    text = value.get("reference") if isinstance(value, Mapping) else None
    return value if text is None else text.partition("/_history/")[0]


def _kept(hold: Hold, resource: Resource | None) -> str:
    return "is not deleted" if resource is None else f"stays as it is in {' and '.join(hold.keeps)}"
