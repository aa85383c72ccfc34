"""How composites are indexed: element by element, each value of the second part beside each form of the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.fhir.resource import Json
from server.fhirpath.environment import Scope
from server.fhirpath.node import Node
from server.fhirpath.run import Nodes, Run
from server.search.entries import Collector, Number
from server.search.kinds.composite import named
from server.search.kinds.kind import Index


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a composite: what it has in an element, and how that is indexed."""

    run: Run
    index: Mapping[str, Index]

    def add(self, name: str, element: Node, scope: Scope, into: Collector) -> None:
        """Add the entries of the values in an element under a name."""
        for add, value in self.values(element, scope):
            add(name, value, into)

    def values(self, element: Node, scope: Scope) -> Iterator[tuple[Index, Json]]:
        """The values in an element, each with what adds its entries."""
        for value, type_, _ in self.run([element], scope):
            add = self.index.get(type_)
            if add is not None and value is not None:
                yield add, value


@dataclass(frozen=True, slots=True)
class Composite:
    """A composite of one type: its name, the run to its elements, the members that this reads, and its parts."""

    name: str
    run: Run
    reads: frozenset[str] | None
    parts: Sequence[Part]

    def add(self, root: Nodes, scope: Scope, into: Collector) -> None:
        """Add the entries of all elements."""
        for element in self.run(root, scope):
            self._add(element, scope, into)

    def _add(self, element: Node, scope: Scope, into: Collector) -> None:
        first, *others = self.parts
        values = [(add, value) for part in others[:1] for add, value in part.values(element, scope)]
        if not values:
            return
        forms = Collector()
        first.add("", element, scope, forms)
        for form in forms.terms:
            name = named(self.name, form[1:])
            if len(others) > 1:
                into.spans.update(_ranges(name, others, element, scope))
                continue
            for add, value in values:
                add(name, value, into)


def _ranges(name: str, ends: Sequence[Part], element: Node, scope: Scope) -> set[tuple[str, Number, Number]]:
    """From each value of the one part to each of the other that does not lie before."""
    start, end = (Collector() for _ in ends)
    for part, into in zip(ends, (start, end), strict=True):
        part.add(name, element, scope, into)
    return {(name, low, high) for _, low, _ in start.spans for _, _, high in end.spans if low <= high}
