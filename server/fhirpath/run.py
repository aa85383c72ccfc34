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
from server.fhirpath.node import NOTHING, Node
from server.fhirpath.node import Nodes as Nodes
from server.fhirpath.tree import Member, Tree

Run: TypeAlias = Callable[[Nodes, Scope], Nodes]

MANY = 32
"""Collections of more nodes than this cost steps wherever they go."""


def itself(focus: Nodes, scope: Scope) -> Nodes:
    """The focus."""
    return focus


def nowhere(focus: Nodes, scope: Scope) -> Nodes:
    """Nothing: the Run of all paths that are known to lead nowhere."""
    return NOTHING


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call: compiled, and as it stands for functions that take the name of a type.

    `size` is how many parts it has, `type` the type of all that it gives, empty when that is not known; `unsigned` is
    what stands behind a minus.
    """

    run: Run
    tree: Tree
    size: int
    type: str = ""
    unsigned: Run | None = None

    def value(self, scope: Scope) -> Nodes:
        """What it comes to where the call stands, whatever the call is made on."""
        return self.run(scope.this, scope)

    def each(self, nodes: Nodes, scope: Scope) -> Iterator[tuple[Node, Nodes]]:
        """Each node with what the argument comes to on it: `$this` is the node, `$index` its place."""
        outer, index, run = scope.this, scope.index, self.run
        scope.spend(len(nodes) * self.size)
        try:
            for place, node in enumerate(nodes):
                one = [node]
                scope.this, scope.index = one, place
                yield node, run(one, scope)
        finally:
            scope.this, scope.index = outer, index


def type_name(tree: Tree | None) -> str:
    """The name of a type that stands where an expression could; raises Unevaluable for anything else."""
    names: list[str] = []
    while isinstance(tree, Member):
        names.append(tree.name)
        tree = tree.of
    if tree is not None or not names:
        raise Unevaluable("the name of a type is expected")
    return ".".join(reversed(names))


FOCUS, ARGUMENT = "focus", "argument"
"""What a function gives is of the type of its focus, or of its first argument."""
OUTSIDE, ITEM, ANY = "outside", "item", "any"
"""Arguments are evaluated where the call stands; on each item of the focus; on those and on what they give."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the library: how many arguments it takes, and how a call of it is compiled.

    `gives` is the type of what it gives, or where that comes from; empty when that differs. `passes` says that it gives
    nothing on nothing, `ordered` that it asks for an order, `scatters` that what it gives has none.
    """

    build: Callable[[Model, Sequence[Argument]], Run]
    least: int = 0
    most: int = 0
    gives: str = ""
    within: str = OUTSIDE
    passes: bool = False
    ordered: bool = False
    scatters: bool = False
