"""What the server has of the resources that an operation works on.

Source: http://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.fhir import codec
from server.fhir.errors import TooCostly
from server.fhir.resource import Resource
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.interactions.planning import AT_ONCE
from server.search.compiler import Criteria, Pairs
from server.search.condition import All, Any, Condition, Term
from server.storage.store import Query, Row, Version

_DAY = timedelta(days=1)
PAGE = 200
MOST = 5_000
"""How many resources an operation looks at; more are refused rather than left out."""


@dataclass(frozen=True, slots=True)
class Record:
    """A live resource with the row of its current version."""

    row: Row
    resource: Resource

    @property
    def version(self) -> Version:
        """What it is at present."""
        return self.row.type, self.row.id, self.row.version


def record(row: Row) -> Record:
    """The record of a row that has a body."""
    return Record(row, codec.stored(row.body or b""))


async def by_reference(engine: Engine, references: Iterable[str]) -> Mapping[str, Record]:
    """The live resources among these relative references; what is none, or is not there, is left out. Raises TooCostly
    for more than MOST.
    """
    rows = await latest(engine, references)
    return {key: record(row) for key, row in rows.items() if row.body is not None}


async def latest(engine: Engine, references: Iterable[str]) -> Mapping[str, Row]:
    """The rows of what was ever at these relative references, deleted or not; raises TooCostly for more than MOST."""
    wanted = [tuple(one.split("/")) for one in dict.fromkeys(references) if one.count("/") == 1]
    known = [(type_, id_) for type_, id_ in wanted if engine.definitions.is_resource(type_)]
    if len(known) > MOST:
        raise _too_many()
    parts = [known[start : start + AT_ONCE] for start in range(0, len(known), AT_ONCE)]
    rows = [row for part in parts for row in await engine.store.read_many(part)]
    return {f"{row.type}/{row.id}": row for row in rows if row is not None}


async def found(engine: Engine, call: Call, type: str, pairs: Pairs) -> Sequence[Record]:
    """All resources of a type that a query finds, newest first."""
    return await matching(engine, Criteria(engine.definitions, type, call.request.now).condition(pairs))


async def matching(engine: Engine, condition: Condition) -> Sequence[Record]:
    """All resources that match, newest first; raises TooCostly for more than MOST."""
    listed: list[Record] = []
    below: int | None = None
    while True:
        page = await engine.store.search(Query(condition, PAGE, below))
        listed += map(record, page.rows)
        if not page.more:
            return listed
        if len(listed) >= MOST:
            raise _too_many()
        below = page.rows[-1].order


def _too_many() -> TooCostly:
    return TooCostly(f"more than {MOST:,} resources would have to be looked at")


def since(day: date) -> tuple[str, str]:
    """What finds all that was created here for services from a day on: a day earlier, since a search counts in UTC."""
    return "created", f"ge{max(day, date.min + _DAY) - _DAY}"


def owned(found: Iterable[Record], owner: str) -> list[Record]:
    """Those that an operation made. The row says so, also where the index is of an earlier version and does not."""
    return [one for one in found if one.row.owner == owner]


def posted(identifier: Resource, type: str, owner: str) -> Condition:
    """What an operation makes of a type with an identifier, whoever else states the same: for a commit to find free."""
    return All((identified(type, identifier["system"], [identifier["value"]]), Term(f"_owner={owner}")))


def identified(type: str, system: str, values: Iterable[str]) -> Condition:
    """Resources of a type that have one of some identifiers, in their own letter case or, as index entries of earlier
    versions have them, in lower case.
    """
    forms = dict.fromkeys(form for value in values for form in (value, value.casefold()))
    return Any(tuple(Term(f"{type}.identifier={system}|{form}") for form in forms))
