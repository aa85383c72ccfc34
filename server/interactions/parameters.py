"""The in-parameters of an operation, read by its OperationDefinition: from a Parameters resource, a resource that is
the only parameter of its kind, or a query string.

Source: http://hl7.org/fhir/R4/operations.html#request
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from server.fhir import primitives
from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource
from server.interactions import payload
from server.interactions.engine import Engine
from server.interactions.request import Request

Given = dict[str, list[Json]]


def read(engine: Engine, definition: Resource, request: Request) -> Mapping[str, tuple[Json, ...]]:
    """The parameters by name, of the types and cardinalities that the definition states; raises Invalid."""
    wanted = {one["name"]: one for one in definition.get("parameter", ()) if one["use"] == "in"}
    given: Given = {}
    for name, text in request.query:
        given.setdefault(name, []).append(_parsed(wanted, name, text))
    if request.body is not None:
        for name, value in _body(engine, wanted, payload.validated(engine, request.body)):
            given.setdefault(name, []).append(value)
    issues = [issue for one in wanted.values() for issue in _cardinality(one, given.get(one["name"], []))]
    if issues:
        raise Invalid("the parameters of the operation are not as it defines them", issues=issues)
    return {name: tuple(values) for name, values in given.items()}


def faulty(
    engine: Engine, definition: Resource, request: Request, issues: Sequence[Issue]
) -> tuple[Mapping[str, tuple[Json, ...]], Sequence[Issue]] | None:
    """The one resource that is given, under the name of its parameter, and the errors in it, their FHIRPaths beginning
    there; None where errors lie elsewhere.
    """
    body = request.body or {}
    errors = [one for one in issues if one.failed]
    found = _holding(engine, definition, body, errors[0].expression) if errors else None
    if found is None:
        return None
    name, resource, path = found
    if not all(one.expression.startswith(f"{path}.") for one in errors):
        return None
    moved = [replace(one, expression=resource["resourceType"] + one.expression.removeprefix(path)) for one in errors]
    return {name: (resource,)}, moved


def _holding(engine: Engine, definition: Resource, body: Resource, expression: str) -> tuple[str, Resource, str] | None:
    """The parameter whose resource an expression leads into: its name, that resource, and the FHIRPath of it."""
    type_ = str(body.get("resourceType"))
    names = [one["name"] for one in definition.get("parameter", ()) if one["use"] == "in"]
    if type_ != "Parameters":
        return (names[0], body, type_) if len(names) == 1 and engine.definitions.is_resource(type_) else None
    place = _parameter.match(expression)
    part = body["parameter"][int(place.group(1))] if place else {}
    return (part["name"], part["resource"], place.group()) if place and part.get("name") in names else None


_parameter = re.compile(r"Parameters\.parameter\[(\d+)\]\.resource")


def _body(engine: Engine, wanted: Mapping[str, Resource], body: Resource) -> Iterator[tuple[str, Json]]:
    if body["resourceType"] != "Parameters":
        yield _sole(engine, wanted, body), body
        return
    for place, part in enumerate(body.get("parameter", ())):
        path = f"Parameters.parameter[{place}]"
        one = _known(wanted, part["name"], path)
        yield part["name"], _value(engine, one, part, path)


def _sole(engine: Engine, wanted: Mapping[str, Resource], body: Resource) -> str:
    """The one parameter that takes a resource of this type."""
    fitting = [name for name, one in wanted.items() if _takes(one["type"], body["resourceType"], engine)]
    if len(fitting) != 1:
        raise Invalid("the operation takes a Parameters resource, no other of this type", expression="resourceType")
    return fitting[0]


def _value(engine: Engine, wanted: Resource, part: Resource, path: str) -> Json:
    kinds = {"value" if member.lstrip("_").startswith("value") else member for member in part} & _CONTENTS
    if len(kinds) > 1:
        raise Invalid("a parameter has a value, a resource or parts, not several of them", expression=path)
    if "resource" in part:
        if not _takes(wanted["type"], part["resource"]["resourceType"], engine):
            raise Invalid(f"a {wanted['type']} is expected", expression=f"{path}.resource")
        return part["resource"]
    name = f"value{wanted['type'][:1].upper()}{wanted['type'][1:]}"
    if name not in part:
        raise Invalid(f"a {wanted['type']} is expected", expression=path)
    return part[name]


_CONTENTS = {"value", "resource", "part"}
"""What a parameter may have, one of them. Source: http://hl7.org/fhir/R4/parameters.html, inv-1"""


def _takes(type_: str, actual: str, engine: Engine) -> bool:
    return type_ in (actual, "Resource", "Any") and engine.definitions.is_resource(actual)


def _known(wanted: Mapping[str, Resource], name: str, path: str) -> Resource:
    if name not in wanted:
        text = f"the operation has no such parameter; it takes {', '.join(wanted) or 'none'}"
        raise Invalid(text, issues=[Issue("error", "not-supported", text, path)])
    return wanted[name]


def _parsed(wanted: Mapping[str, Resource], name: str, text: str) -> Json:
    """A parameter of a query string, which can only be primitive."""
    one = _known(wanted, name, name[:64])
    grammar = primitives.GRAMMARS.get(one["type"])
    if grammar is None:
        raise Invalid(f"{name} can only be given in a Parameters resource", expression=name)
    value = _READERS.get(grammar.json, str)(text)
    if not grammar.accepts(value):
        raise Invalid(f"{name} must be a {one['type']}: it {grammar.rule}", expression=name)
    return value


def _boolean(text: str) -> Json:
    return {"true": True, "false": False}.get(text)


def _number(text: str) -> Json:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and "." not in text and value == value.to_integral_value() else value


_READERS: Mapping[str, Callable[[str], Json]] = {"a boolean": _boolean, "a number": _number}


def _cardinality(wanted: Resource, values: Sequence[Json]) -> Iterator[Issue]:
    name, least, most = wanted["name"], wanted["min"], wanted["max"]
    if len(values) < least:
        yield Issue("error", "required", f"the parameter {name} is required", name)
    if most != "*" and len(values) > int(most):
        yield Issue("error", "invalid", f"the parameter {name} is given {len(values)} times, at most {most}", name)
