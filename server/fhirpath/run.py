"""What a compiled expression is made of, and what a function of the library looks like.

A `Run` takes the focus, a collection of nodes, and the evaluation under way, and gives a collection. Collections are
never changed once they are given; a Run may give its focus back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import Model
from server.fhirpath.node import Node
from server.fhirpath.tree import Member, Tree

Nodes: TypeAlias = list[Node]
Run: TypeAlias = Callable[[Nodes, Scope], Nodes]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call: compiled, and as it stands for functions that take the name of a type.

    `unsigned` is what stands behind a minus, for sort keys.
    """

    run: Run
    tree: Tree
    unsigned: Run | None = None

    def value(self, scope: Scope) -> Nodes:
        """What it comes to where the call stands, whatever the call is made on."""
        return self.run(scope.this, scope)

    def each(self, nodes: Nodes, scope: Scope) -> Iterator[tuple[Node, Nodes]]:
        """Each node with what the argument comes to on it: `$this` is the node, `$index` its place."""
        outer, index = scope.this, scope.index
        scope.spend(len(nodes))
        try:
            for place, node in enumerate(nodes):
                one = [node]
                scope.this, scope.index = one, place
                yield node, self.run(one, scope)
        finally:
            scope.this, scope.index = outer, index

    def type_name(self) -> str:
        """The name of a type that stands here; raises Unevaluable for anything else."""
        names: list[str] = []
        tree: Tree | None = self.tree
        while isinstance(tree, Member):
            names.append(tree.name)
            tree = tree.of
        if tree is not None or not names:
            raise Unevaluable("the name of a type is expected")
        return ".".join(reversed(names))


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the library: how many arguments it takes, and how a call of it is compiled."""

    build: Callable[[Model, Sequence[Argument]], Run]
    least: int = 0
    most: int = 0
