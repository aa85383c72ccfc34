"""Parts of a collection.

Source: http://hl7.org/fhirpath/N1/#subsetting
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import NOTHING, Nodes
from server.fhirpath.run import FOCUS, Argument, Function, Run
from server.fhirpath.values import single, whole


def _plain(part: Callable[[Nodes], Nodes], ordered: bool = True) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        return lambda focus, scope: part(focus)

    return Function(build, gives=FOCUS, passes=True, ordered=ordered)


def _single(nodes: Nodes) -> Nodes:
    single(nodes)
    return nodes


def _counted(part: Callable[[Nodes, int], Nodes]) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        (count,) = arguments

        def run(focus: Nodes, scope: Scope) -> Nodes:
            number = whole(count.value(scope))
            return NOTHING if number is None else part(focus, max(number, 0))

        return run

    return Function(build, 1, 1, FOCUS, passes=True, ordered=True)


def _compared(wanted: bool) -> Function:
    """The items that are, or are not, among others."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        (other,) = arguments

        def run(focus: Nodes, scope: Scope) -> Nodes:
            others = other.value(scope)
            scope.spend(equality.COST * (len(focus) + len(others)))
            keys = equality.keys(others)
            found = [node for node in focus if (equality.key(node) in keys) is wanted]
            return equality.distinct(found) if wanted else found

        return run

    return Function(build, 1, 1, FOCUS, passes=True)


TABLE: Mapping[str, Function] = {
    "single": _plain(_single, ordered=False),
    "first": _plain(lambda nodes: nodes[:1]),
    "last": _plain(lambda nodes: nodes[-1:]),
    "tail": _plain(lambda nodes: nodes[1:]),
    "skip": _counted(lambda nodes, count: nodes[count:]),
    "take": _counted(lambda nodes, count: nodes[:count]),
    "intersect": _compared(True),
    "exclude": _compared(False),
}
"""Functions that take parts."""
