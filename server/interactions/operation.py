"""Operations: what `operations.ALL` rows look like, and how a call reaches one.

Source: http://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from server.fhir.errors import FhirError, Invalid, NotAcceptable, NotAllowed, NotFound
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource
from server.interactions import locating, parameters
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `type` and `id` say on what it was made, empty where it was not.

    `parameters` are the in-parameters by name, checked against the OperationDefinition, each as its values in order
    (primitives, datatypes or resources).
    """

    request: Request
    type: str
    id: str
    parameters: Mapping[str, tuple[Json, ...]]

    def one(self, name: str, default: Json = None) -> Json:
        """The only value of a parameter, the default without one."""
        return next(iter(self.parameters.get(name, ())), default)


CONDITIONS = ("If-Match", "If-None-Exist")
"""Headers that would make a call depend on what is stored."""

Explain: TypeAlias = Callable[[Engine, Call, Sequence[Issue]], Awaitable[Sequence[Issue]]]
"""From a call, and the faults of the structure of its one resource, to what else is wrong with it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of `operations.ALL`.

    `definition` is the OperationDefinition, served as it stands; `consumes` names the interactions it performs on
    behalf of the caller, as (interaction, type); `formats` are media types that it answers in beside FHIR's own.
    `explain` gives what else is wrong with a call whose resource is not valid.
    """

    definition: Resource
    run: Callable[[Engine, Call], Awaitable[Reply]]
    consumes: tuple[tuple[str, str], ...]
    formats: tuple[str, ...] = ()
    explain: Explain | None = None

    def offers(self, type: str, id: str) -> bool:
        """Whether the operation can be called on this: a resource, a type, or the system."""
        if not type:
            return bool(self.definition["system"])
        level = "instance" if id else "type"
        return bool(self.definition[level]) and type in self.definition.get("resource", ())


async def run(engine: Engine, request: Request) -> Reply:
    """`$name` on a resource, a type or the system: the reply of the operation."""
    operation, call = await _called(engine, request)
    try:
        return await operation.run(engine, call)
    except FhirError as error:
        raise type(error)(str(error), issues=locating.whole(request.body, error.issues)) from error


async def check(engine: Engine, request: Request) -> None:
    """Raise what a call is refused with before the operation runs: there is none, or not with such parameters."""
    await _called(engine, request)


async def _called(engine: Engine, request: Request) -> tuple[Operation, Call]:
    """The operation that is called, and the call with its parameters."""
    *on, called = request.path
    type_, id_ = (*on, "", "")[:2]
    found = engine.operations.get(called.removeprefix("$"), ())
    operation = next((one for one in found if one.offers(type_, id_)), None)
    if operation is None:
        raise NotFound(f"there is no such operation on {'/'.join(on) or 'the system'}")
    if request.format not in ("", *operation.formats):
        raise NotAcceptable(f"{called} is not answered as {request.format}")
    if request.method == "GET" and operation.definition["affectsState"]:
        raise NotAllowed(f"{called} changes what is stored, so it is called by POST")
    for name in CONDITIONS:
        if name.lower() in request.headers:
            raise Invalid(f"{called} does not look at {name}, so it is not called under that condition")
    try:
        return operation, Call(request, type_, id_, parameters.read(engine, operation.definition, request))
    except Invalid as error:
        further = await _further(engine, operation, Call(request, type_, id_, {}), error.issues)
        raise Invalid(str(error), issues=[*error.issues, *locating.whole(request.body, further)]) from error


async def _further(engine: Engine, operation: Operation, call: Call, issues: Sequence[Issue]) -> Sequence[Issue]:
    """What the operation says of a resource that is not valid."""
    found = None if operation.explain is None else parameters.faulty(engine, operation.definition, call.request, issues)
    if operation.explain is None or found is None:
        return ()
    given, faults = found
    return await operation.explain(engine, replace(call, parameters=given), faults)
