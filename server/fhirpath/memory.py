"""Parts of an expression that come to the same wherever it is in the resource, found once an evaluation.

`contained.where(id in %resource.descendants().reference)` looks through the resource once, not for each contained one.
"""

from __future__ import annotations

from server.fhirpath.environment import Scope
from server.fhirpath.functions import FUNCTIONS
from server.fhirpath.node import Nodes
from server.fhirpath.run import ITEM, Run
from server.fhirpath.tree import Call, Literal, Member, Tree, TypeTest, Variable, parts


def fixed(tree: Tree) -> bool:
    """Whether the tree begins with a constant and depends on no focus, but for calls whose criteria have their own."""
    match tree:
        case Variable(name=name):
            return not name.startswith("$") and name != "context"
        case Literal():
            return True
        case Member(of=of) | TypeTest(operand=of):
            return of is not None and fixed(of)
        case Call(of=of, name=name, arguments=arguments):
            return of is not None and fixed(of) and all(_settled(name, one) for one in arguments)
        case _:
            return all(map(fixed, parts(tree)))


def _settled(name: str, argument: Tree) -> bool:
    if name in ("as", "is", "ofType"):
        return True
    own = name in FUNCTIONS and FUNCTIONS[name].within == ITEM
    return not _totals(argument) if own else fixed(argument)


def _totals(tree: Tree) -> bool:
    """Whether the tree asks for what an aggregate around it has come to."""
    return tree == Variable("$total") or any(map(_totals, parts(tree)))


def remembered(run: Run) -> Run:
    """The Run, evaluated once an evaluation."""
    key = object()

    def remember(focus: Nodes, scope: Scope) -> Nodes:
        found = scope.memory.get(key)
        if found is None:
            found = scope.memory[key] = run(focus, scope)
        return found

    return remember
