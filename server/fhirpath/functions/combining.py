"""Collections put together, and sums over them.

Sources: http://hl7.org/fhirpath/N1/#combining, http://hl7.org/fhirpath/N1/#aggregates
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import Node, Value
from server.fhirpath.operators import compare
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import single, value


def _union(model: Model, arguments: Sequence[Argument]) -> Run:
    return _joined(arguments, equality.distinct)


def _combine(model: Model, arguments: Sequence[Argument]) -> Run:
    return _joined(arguments, lambda nodes: nodes)


def _joined(arguments: Sequence[Argument], finish: Callable[[Nodes], Nodes]) -> Run:
    (other,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        others = other.value(scope)
        scope.spend(len(focus) + len(others))
        return finish([*focus, *others])

    return run


def _aggregate(model: Model, arguments: Sequence[Argument]) -> Run:
    step, *initial = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        outer = scope.total
        scope.total = initial[0].value(scope) if initial else []
        for _, total in step.each(focus, scope):
            scope.total = total
        found, scope.total = scope.total, outer
        return found

    return run


def _sort(model: Model, arguments: Sequence[Argument]) -> Run:
    """By each key in turn; a minus before a key turns its order."""
    keys = [(Argument(one.unsigned or one.run, one.tree), one.unsigned is not None) for one in arguments]

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = list(focus)
        if not arguments:
            keyed = [(value(node), node) for node in found]
            return [node for _, node in sorted(keyed, key=_BY_KEY)]
        for key, down in reversed(keys):
            found = _sorted(found, key, down, scope)
        return found

    return run


def _sorted(nodes: Nodes, key: Argument, down: bool, scope: Scope) -> Nodes:
    keyed = [(_key(found), node) for node, found in key.each(nodes, scope)]
    return [node for _, node in sorted(keyed, key=_BY_KEY, reverse=down)]


def _key(nodes: Nodes) -> Value:
    node = single(nodes)
    return None if node is None else value(node)


def _order(one: Value, other: Value) -> int:
    """The order of two keys; none comes first."""
    if one is None or other is None:
        return (one is not None) - (other is not None)
    return compare(one, other) or 0


def _by_key(one: tuple[Value, Node], other: tuple[Value, Node]) -> int:
    return _order(one[0], other[0])


_BY_KEY = cmp_to_key(_by_key)

TABLE: Mapping[str, Function] = {
    "union": Function(_union, 1, 1),
    "combine": Function(_combine, 1, 1),
    "aggregate": Function(_aggregate, 1, 2),
    "sort": Function(_sort, 0, 5),
}
"""Functions that combine."""
