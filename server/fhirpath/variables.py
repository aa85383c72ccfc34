"""External constants: `%resource`, `%context`, `%ucum` and others, and those that the caller names.

Sources: http://hl7.org/fhirpath/N1/#environment-variables, http://hl7.org/fhir/R4/fhirpath.html#variables
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from server.fhir.resource import Json
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.node import BOOLEAN, DECIMAL, INTEGER, STRING, Node, Nodes
from server.fhirpath.run import Run

_CONSTANTS: Mapping[str, str] = {
    "ucum": "http://unitsofmeasure.org",
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
}
_PREFIXES: Mapping[str, str] = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}
_PLACES: Mapping[str, Callable[[Scope], Nodes]] = {
    "resource": lambda scope: scope.resource,
    "rootResource": lambda scope: scope.root,
    "context": lambda scope: scope.context,
}


def variable(name: str) -> Run:
    """The value of `%name`; evaluating one that nobody gives raises Unevaluable."""
    text = _CONSTANTS.get(name) or next((v + name[len(p) :] for p, v in _PREFIXES.items() if name.startswith(p)), "")
    if text:
        nodes: Nodes = [(text, STRING, None)]
        return lambda focus, scope: nodes
    return lambda focus, scope: _given(name, scope)


def _given(name: str, scope: Scope) -> Nodes:
    given = scope.environment.variables
    if name in given:
        value = given[name]
        return [node(one) for one in value] if isinstance(value, list) else [node(value)]
    place = _PLACES.get(name)
    if place is None:
        raise Unevaluable(f"nothing is called %{name[:64]}")
    return place(scope)


def node(value: Json) -> Node:
    """A JSON value as a node: a resource by its type, a scalar as a System value."""
    if isinstance(value, dict):
        return value, value.get("resourceType", "Element"), None
    return value, _TYPES.get(type(value), STRING), None


_TYPES: Mapping[type, str] = {bool: BOOLEAN, int: INTEGER, Decimal: DECIMAL, str: STRING}
