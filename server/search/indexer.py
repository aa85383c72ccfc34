"""From a resource to its index entries, by the compiled expressions of its type's search parameters.

Source: http://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.fhir.definitions import Definitions, SearchParameter
from server.fhir.resource import Json, Resource
from server.fhirpath.environment import STEPS, Environment, Scope
from server.fhirpath.expression import Compiler, Expression
from server.fhirpath.run import Nodes, Run
from server.search import implied, kinds, unions, wholes
from server.search.composites import Composite, Part
from server.search.entries import Collector, Entries
from server.search.kinds.kind import Index, Kind
from server.search.kinds.reference import target

RECIPE = 7
"""Counts up with each change that gives a resource other entries than before."""


_PLENTY = Environment(steps=100 * STEPS)
"""R4's own expressions are trusted to end; one count of steps serves all of a resource."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A parameter of one type: its name, the alternatives of its expression and the members that they read, how values
    are indexed, and the compartments that it places a resource in.
    """

    name: str
    runs: tuple[Run, ...]
    reads: frozenset[str] | None
    index: Mapping[str, Index]
    compartments: tuple[str, ...]

    def add(self, root: Nodes, scope: Scope, into: Collector) -> None:
        """Add the entries of all values."""
        name, index, valued = self.name, self.index, False
        for run in self.runs:
            for value, type_, _ in run(root, scope):
                if value is None:
                    continue
                valued = True
                add = index.get(type_)
                if add is not None:
                    add(name, value, into)
                    if self.compartments:
                        _place(value, self.compartments, into)
        if valued:
            into.valued.append(name)


class Indexer:
    """Indexes resources; the parameters of a type are compiled when the first of them comes."""

    __slots__ = ("_compiler", "_definitions", "_types")

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._compiler = Compiler(definitions)
        self._types: dict[str, tuple[_Indexed | Composite, ...]] = {}

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
                one.add(root, scope, into)
        return into.entries()

    def _compile(self, type_: str) -> tuple[_Indexed | Composite, ...]:
        self._types[type_] = tuple(self._indexed(type_))
        return self._types[type_]

    def _indexed(self, type_: str) -> Iterator[_Indexed | Composite]:
        needless = {*unions.covered(self._definitions, type_), *wholes.codes(self._definitions, type_)}
        for code, parameter in sorted(self._definitions.parameters[type_].items()):
            kind = kinds.of(parameter)
            if kind is None or code in needless:
                continue
            if parameter.components:
                yield self._composite(type_, parameter)
            elif kind.index:
                yield self._plain(type_, parameter, kind)

    def _plain(self, type_: str, parameter: SearchParameter, kind: Kind) -> _Indexed:
        found = self._compiler.alternatives(parameter.expression, type_)
        places = tuple(self._compartments(type_, parameter.code))
        index = self._index(kind, type_, parameter.expression)
        runs = tuple(one.run for one in found)
        return _Indexed(f"{type_}.{parameter.code}", runs, _reads(found), index, places)

    def _composite(self, type_: str, parameter: SearchParameter) -> Composite:
        expression = self._compiler.compile(parameter.expression, type_)
        found = kinds.parts(self._definitions, type_, parameter)
        parts = [
            Part(self._compiler.compile(text).run, self._index(kind, type_, one.expression))
            for (_, text), (one, kind) in zip(parameter.components, found, strict=True)
        ]
        return Composite(f"{type_}.{parameter.code}", expression.run, expression.reads, parts)

    def _index(self, kind: Kind, type_: str, expression: str) -> Mapping[str, Index]:
        systems = implied.systems(self._definitions, type_, expression) if kind.coded is not None else {}
        return {**kind.index, "code": kind.coded(systems)} if kind.coded is not None and systems else kind.index

    def _compartments(self, type_: str, code: str) -> Iterator[str]:
        """The compartments, as `Patient/`, whose definition names the parameter."""
        for name, members in self._definitions.compartments.items():
            if code in members.get(type_, ()):
                yield f"{name}/"


def _reads(expressions: Sequence[Expression]) -> frozenset[str] | None:
    """The members without which none of the expressions gives anything; None when that cannot be told."""
    found = [one.reads for one in expressions]
    known = [one for one in found if one is not None]
    return frozenset().union(*known) if len(known) == len(found) else None


def _place(value: Json, compartments: tuple[str, ...], into: Collector) -> None:
    reference = target(value.get("reference", ""))
    if reference.startswith(compartments):
        into.terms.add(f"_compartment={reference}")
