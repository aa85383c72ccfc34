"""Where what a path leads to stands, so that it can be changed there: paths of names, places and filters.

Sources: http://hl7.org/fhir/R4/fhirpatch.html, http://hl7.org/fhirpath/N1/#path-selection
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeAlias

from server.fhir.resource import Json, Resource
from server.fhirpath.compiling import Place, compile_tree
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import RESOURCE, Model, Step
from server.fhirpath.node import Node
from server.fhirpath.tree import Binary, Call, Index, Member, Tree, TypeTest, Variable

Pair: TypeAlias = tuple[Json, Json]
"""The value of an element, and the object of id and extensions beside it, where it is a primitive."""

FILTERS = ("where", "ofType", "as", "first", "last", "single", "tail", "skip", "take")
"""Functions that give some of the elements that they are called on; `extension(url)` goes for a `where`."""
COST = 4
"""How many steps of evaluation each element takes whose place is noted."""
_THIS = Variable("$this")
_ROOT = Step("", RESOURCE)


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """An element where it stands: in its parent, under a step, at a place among those that stand there.

    `choices` are the steps that the element could stand under. The resource itself has no parent.
    """

    node: Node
    parent: Spot | None = None
    step: Step = _ROOT
    place: int = 0
    choices: tuple[Step, ...] = ()

    @property
    def pair(self) -> Pair:
        """The element."""
        return self.node[0], self.node[2]

    @property
    def type(self) -> str:
        """The type that the members of the element belong to: those of a primitive are those of any Element."""
        value, type_, _ = self.node
        return type_ if isinstance(value, dict) or not self.step.sibling else "Element"

    def pairs(self, step: Step) -> Sequence[Pair]:
        """The elements that stand in this one under a step."""
        value, _, beside = self.node
        return pairs(value if isinstance(value, dict) else beside or {}, step)


def pairs(container: Resource, step: Step) -> Sequence[Pair]:
    """The elements that stand in an object under a step."""
    value, beside = container.get(step.key), container.get(step.sibling) if step.sibling else None
    if step.many:
        return list(zip_longest(value or (), beside or ()))
    return [] if value is None and beside is None else [(value, beside)]


def named(model: Model, type: str, name: str) -> tuple[Step, ...]:
    """The steps that a name means in a type: that of an element, or what JSON calls one form of a choice.

    Raises Unevaluable where there is no such element.
    """
    one = model.keys(type).get(name)
    found = model.steps(type, name) or ((one,) if one is not None and one.key == name else ())
    if not found:
        raise Unevaluable(f"a {type} has no {name[:64]}")
    return found


def find(tree: Tree | None, model: Model, scope: Scope) -> Sequence[Spot]:
    """Where what a path leads to stands in the resource that the scope begins on; that itself where there is no path.

    Raises Unevaluable.
    """
    try:
        return _Finder(model, scope).spots(tree)
    except RecursionError as error:
        raise Unevaluable("the path nests too deeply") from error


class _Finder:
    def __init__(self, model: Model, scope: Scope) -> None:
        (root,) = scope.resource
        self._root = Spot(root)
        self._model = model
        self._scope = scope

    def spots(self, tree: Tree | None) -> Sequence[Spot]:
        if tree is None:
            return [self._root]
        finder = _FINDERS.get(type(tree))
        if finder is None:
            raise Unevaluable("a path leads to elements by names, places and filters")
        return finder(self, tree)

    def member(self, tree: Member) -> Sequence[Spot]:
        model, root = self._model, self._root
        if tree.of is None and model.known(tree.name) and model.is_a(root.node[1], tree.name):
            return [root]
        return [below for one in self.spots(tree.of) for below in self._below(one, tree.name)]

    def _below(self, spot: Spot, name: str) -> Sequence[Spot]:
        steps = named(self._model, spot.type, name)
        found = [
            Spot((value, _typed(step, value), beside), spot, step, place, steps)
            for step in steps
            for place, (value, beside) in enumerate(spot.pairs(step))
        ]
        self._scope.spend(COST * len(found))
        return found

    def call(self, tree: Call) -> Sequence[Spot]:
        if tree.name == "extension" and len(tree.arguments) == 1:
            (url,) = tree.arguments
            same = Binary("=", Member(None, "url"), url)
            return self.call(Call(Member(tree.of, "extension"), "where", (same,), tree.position))
        if tree.name not in FILTERS:
            raise Unevaluable(f"a path to an element has no function but extension, {', '.join(FILTERS)}")
        return self._filtered(self.spots(tree.of), replace(tree, of=_THIS))

    def index(self, tree: Index) -> Sequence[Spot]:
        return self._filtered(self.spots(tree.of), replace(tree, of=_THIS))

    def type_test(self, tree: TypeTest) -> Sequence[Spot]:
        return self._filtered(self.spots(tree.operand), replace(tree, operand=_THIS))

    def _filtered(self, spots: Sequence[Spot], tree: Tree) -> Sequence[Spot]:
        """Those whose nodes an expression on all of them gives back, the very same nodes."""
        by_node = {id(one.node): one for one in spots}
        nodes = [one.node for one in spots]
        self._scope.move(nodes)
        found = compile_tree(tree, Place(self._model)).run(nodes, self._scope)
        kept = [by_node[id(one)] for one in found if id(one) in by_node]
        if len(kept) < len(found):
            raise Unevaluable("a path leads to elements, not to what is said of them")
        return kept


def _typed(step: Step, value: Json) -> str:
    """The type of an element; that of a resource is in the resource."""
    return str(value["resourceType"]) if step.type == RESOURCE and isinstance(value, dict) else step.type


_FINDERS: Mapping[type, Callable[..., Sequence[Spot]]] = {
    Member: _Finder.member,
    Call: _Finder.call,
    Index: _Finder.index,
    TypeTest: _Finder.type_test,
}
"""How each form of a path is followed."""
