"""Collections put together, ordered and added up.

Sources: http://hl7.org/fhirpath/N1/#combining, http://hl7.org/fhirpath/N1/#aggregates
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cmp_to_key

from server.fhirpath import equality
from server.fhirpath.comparison import compare
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import NOTHING, Node, Nodes, Value
from server.fhirpath.run import ANY, FOCUS, ITEM, Argument, Function, Run
from server.fhirpath.values import single, value


def _joined(finish: Callable[[Nodes], Nodes], cost: int) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        (other,) = arguments

        def run(focus: Nodes, scope: Scope) -> Nodes:
            others = other.value(scope)
            scope.spend(cost * (len(focus) + len(others)))
            return finish([*focus, *others])

        return run

    return Function(build, 1, 1, scatters=True)


def _aggregate(model: Model, arguments: Sequence[Argument]) -> Run:
    step, *initial = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        outer = scope.total
        scope.total = initial[0].value(scope) if initial else NOTHING
        for _, total in step.each(focus, scope):
            scope.total = total
        found, scope.total = scope.total, outer
        return found

    return run


def _sort(model: Model, arguments: Sequence[Argument]) -> Run:
    """By each key in turn, by the items themselves without one; a minus before a key turns its order."""
    keys = [(one.unsigned or one.run, one) for one in reversed(arguments)]

    def run(focus: Nodes, scope: Scope) -> Nodes:
        if not arguments:
            return _sorted([(value(node), node) for node in focus], down=False)
        found = focus
        for key, argument in keys:
            each = replace(argument, run=key).each(found, scope)
            found = _sorted([(_key(nodes), node) for node, nodes in each], down=argument.unsigned is not None)
        return found

    return run


def _sorted(keyed: Sequence[tuple[Value, Node]], *, down: bool) -> Nodes:
    return [node for _, node in sorted(keyed, key=_BY_KEY, reverse=down)]


def _key(nodes: Nodes) -> Value:
    node = single(nodes)
    return None if node is None else value(node)


def _by_key(one: tuple[Value, Node], other: tuple[Value, Node]) -> int:
    """The order of two keys; none comes first."""
    if one[0] is None or other[0] is None:
        return (one[0] is not None) - (other[0] is not None)
    return compare(one[0], other[0]) or 0


_BY_KEY = cmp_to_key(_by_key)

TABLE: Mapping[str, Function] = {
    "union": _joined(equality.distinct, equality.COST),
    "combine": _joined(lambda nodes: nodes, 1),
    "aggregate": Function(_aggregate, 1, 2, within=ANY),
    "sort": Function(_sort, 0, 5, FOCUS, ITEM, passes=True),
}
"""Functions that combine."""
