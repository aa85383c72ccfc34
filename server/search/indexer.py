"""From a resource to its index entries, by the compiled expressions of its type's search parameters.

Source: http://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.fhir.definitions import Definitions
from server.fhir.resource import Json, Resource
from server.fhirpath.environment import STEPS, Environment, Scope
from server.fhirpath.expression import Compiler
from server.fhirpath.run import Nodes, Run
from server.search import implied, kinds
from server.search.entries import Collector, Entries
from server.search.kinds.kind import Index, Kind
from server.search.kinds.reference import target

RECIPE = 6
"""Counts up with each change that gives a resource other entries than before."""


_PLENTY = Environment(steps=100 * STEPS)
"""R4's own expressions are trusted to end; one count of steps serves all of a resource."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A parameter of one type: its name, its expression and the members that it reads, how values are indexed, and the
    compartments that it places a resource in.
    """

    name: str
    run: Run
    reads: frozenset[str] | None
    index: Mapping[str, Index]
    compartments: tuple[str, ...]


class Indexer:
    """Indexes resources; the parameters of a type are compiled when the first of them comes."""

    __slots__ = ("_compiler", "_definitions", "_types")

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._compiler = Compiler(definitions)
        self._types: dict[str, tuple[_Indexed, ...]] = {}

    def entries(self, resource: Resource) -> Entries:
        """The entries of a valid resource that has its id and meta."""
        type_ = resource["resourceType"]
        into = Collector({f"_type={type_}"})
        if type_ in self._definitions.compartments:
            into.terms.add(f"_compartment={type_}/{resource['id']}")
        root: Nodes = [(resource, type_, None)]
        scope = Scope(_PLENTY, root)
        for one in self._types.get(type_) or self._compile(type_):
            if one.reads is None or not one.reads.isdisjoint(resource):
                _add(one, root, scope, into)
        return into.entries()

    def _compile(self, type_: str) -> tuple[_Indexed, ...]:
        self._types[type_] = tuple(self._indexed(type_))
        return self._types[type_]

    def _indexed(self, type_: str) -> Iterator[_Indexed]:
        for parameter in self._definitions.parameters[type_].values():
            kind = kinds.of(parameter)
            if kind is not None:
                expression = self._compiler.compile(parameter.expression, type_)
                places = tuple(self._compartments(type_, parameter.code))
                index = self._index(kind, type_, parameter.expression)
                yield _Indexed(f"{type_}.{parameter.code}", expression.run, expression.reads, index, places)

    def _index(self, kind: Kind, type_: str, expression: str) -> Mapping[str, Index]:
        systems = implied.systems(self._definitions, type_, expression) if kind.coded is not None else {}
        return {**kind.index, "code": kind.coded(systems)} if kind.coded is not None and systems else kind.index

    def _compartments(self, type_: str, code: str) -> Iterator[str]:
        """The compartments, as `Patient/`, whose definition names the parameter."""
        for name, members in self._definitions.compartments.items():
            if code in members.get(type_, ()):
                yield f"{name}/"


def _add(one: _Indexed, root: Nodes, scope: Scope, into: Collector) -> None:
    index = one.index
    for value, type_, _ in one.run(root, scope):
        add = index.get(type_)
        if add is not None and value is not None:
            add(one.name, value, into)
            if one.compartments:
                _place(value, one.compartments, into)


def _place(value: Json, compartments: tuple[str, ...], into: Collector) -> None:
    reference = target(value.get("reference", ""))
    if reference.startswith(compartments):
        into.terms.add(f"_compartment={reference}")
