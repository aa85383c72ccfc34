"""What the writing entries of a transaction mean: which resource each one touches, and what must be absent.

Source: http://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.fhir.errors import FhirError, Invalid
from server.interactions import entry, matching, patch, payload, read, single
from server.interactions.engine import Engine
from server.interactions.entry import Entry
from server.interactions.matching import Target
from server.interactions.request import Request
from server.search.condition import Condition
from server.storage.store import Row

AT_ONCE = 1_000
"""How many current versions are read in one call."""


@dataclass(frozen=True, slots=True)
class Step:
    """A writing entry with the resource that it touches.

    `row` is the current version, None where there is none; `read` says that it is still to be read. `absent` must
    match nothing when the step is committed. A step without id is for what its condition finds.
    """

    entry: Entry
    id: str
    row: Row | None = None
    absent: Condition | None = None
    read: bool = False

    @property
    def type(self) -> str:
        """The type of the resource."""
        return self.entry.request.path[0]

    @property
    def reference(self) -> str:
        """The relative reference of the resource."""
        return f"{self.entry.request.path[0]}/{self.id}"

    @property
    def live(self) -> bool:
        """Whether there is a current version that is not a deletion."""
        return self.row is not None and self.row.body is not None

    @property
    def settled(self) -> bool:
        """Whether nothing is to be written: a conditional create found what it asks for."""
        return self.row is not None and self.entry.request.method == "POST"


async def steps(engine: Engine, asked: Sequence[Entry]) -> tuple[Step, ...]:
    """A step for each writing entry; raises the error of the first that cannot be one."""
    planned = [_step(engine, one) for one in asked]
    found = await asyncio.gather(*(_matched(engine, step) for step in planned if not step.id))
    matched = {step.entry.place: step for step in found}
    rows = await _rows(engine, [(step.type, step.id) for step in planned if step.read])
    completed = [_completed(step, matched, rows) for step in planned]
    return _joined([await _prepared(engine, step) for step in completed])


def _completed(step: Step, matched: Mapping[int, Step], rows: Mapping[tuple[str, str], Row | None]) -> Step:
    if step.read:
        return replace(step, row=rows[step.type, step.id])
    return step if step.id else matched[step.entry.place]


async def _rows(engine: Engine, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Row | None]:
    found: dict[tuple[str, str], Row | None] = {}
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        found.update(zip(part, await engine.store.read_many(part), strict=True))
    return found


async def _matched(engine: Engine, step: Step) -> Step:
    """The step for what its condition finds."""
    request = step.entry.request
    try:
        found = await _MATCHING[request.method](engine, request)
    except FhirError as error:
        raise entry.failed(step.entry, error) from error
    return Step(step.entry, found.id, found.row, found.absent)


def _step(engine: Engine, one: Entry) -> Step:
    """The step of an entry; without an id when it has a condition."""
    try:
        return _plan(engine, one)(engine, one)
    except FhirError as error:
        raise entry.failed(one, error) from error


def _plan(engine: Engine, one: Entry) -> Plan:
    path = one.request.path
    plan = _PLANS.get((one.request.method, len(path)))
    if plan is None or path[-1].startswith("$"):
        raise Invalid("a transaction takes create, update, patch, delete, read and search")
    if not engine.definitions.is_resource(path[0]):
        raise Invalid("R4 has no such resource type")
    single.found(engine, one.request)
    return plan


def _create(engine: Engine, one: Entry) -> Step:
    payload.of_type(one.request, one.request.path[0])
    return Step(one, "" if "if-none-exist" in one.request.headers else engine.new_id())


def _update(engine: Engine, one: Entry) -> Step:
    kind, name = one.request.path
    payload.of_id(one.request, kind, name)
    return Step(one, name, read=True)


def _conditional(engine: Engine, one: Entry) -> Step:
    return Step(one, "")


def _patch(engine: Engine, one: Entry) -> Step:
    return Step(one, payload.logical_id(one.request.path[1]), read=True)


def _delete(engine: Engine, one: Entry) -> Step:
    return Step(one, payload.logical_id(one.request.path[1]), read=True)


async def _prepared(engine: Engine, step: Step) -> Step:
    """The step as its method needs it; others have their turn before each that takes work."""
    prepare = _PREPARING.get(step.entry.request.method)
    if prepare is None:
        return step
    await asyncio.sleep(0)
    return prepare(engine, step)


def _patched(engine: Engine, step: Step) -> Step:
    """The step with what the patch makes of the resource, which its entry brings from here on."""
    request = step.entry.request
    try:
        row = read.live(step.row, step.type, step.id)
        body = patch.patched(engine, request, patch.patch_of(engine, request), row)
    except FhirError as error:
        raise entry.failed(step.entry, error) from error
    return replace(step, entry=replace(step.entry, request=replace(request, body=body)))


def _joined(planned: Sequence[Step]) -> tuple[Step, ...]:
    """Creates on one condition are one resource; raises Invalid where two entries otherwise touch the same one, in
    whatever order they come.
    """
    conditional: dict[Condition, str] = {}
    touched: dict[str, str] = {}
    joined = []
    for step in planned:
        first = step.id if step.absent is None else conditional.setdefault(step.absent, step.id)
        one = replace(step, id=first, absent=None) if first != step.id else step
        method = step.entry.request.method
        if one.reference in touched and (touched[one.reference], method) != ("POST", "POST"):
            raise entry.failed(step.entry, Invalid("another entry touches the same resource"))
        touched[one.reference] = method
        joined.append(one)
    return tuple(joined)


Plan = Callable[[Engine, Entry], Step]

_PLANS: Mapping[tuple[str, int], Plan] = {
    ("POST", 1): _create,
    ("PUT", 2): _update,
    ("PUT", 1): _conditional,
    ("PATCH", 2): _patch,
    ("PATCH", 1): _conditional,
    ("DELETE", 2): _delete,
    ("DELETE", 1): _conditional,
}
"""Method and number of path segments to what the entry means."""

_MATCHING: Mapping[str, Callable[[Engine, Request], Awaitable[Target]]] = {
    "POST": matching.of_create,
    "PUT": matching.of_update,
    "PATCH": matching.of_patch,
    "DELETE": matching.of_delete,
}
"""How what a conditional entry is for is found."""

_PREPARING: Mapping[str, Callable[[Engine, Step], Step]] = {"PATCH": _patched}
"""What is done with a step, by its method, once it is known which resource it touches."""
