"""Parts of a collection.

Source: http://hl7.org/fhirpath/N1/#subsetting
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import single, whole


def _plain(part: Callable[[Nodes], Nodes]) -> Function:
    return Function(lambda model, arguments: lambda focus, scope: part(focus))


def _single(nodes: Nodes) -> Nodes:
    single(nodes)
    return nodes


def _counted(part: Callable[[Nodes, int], Nodes]) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        (count,) = arguments

        def run(focus: Nodes, scope: Scope) -> Nodes:
            number = whole(count.value(scope))
            return [] if number is None else part(focus, number)

        return run

    return Function(build, 1, 1)


def _intersect(model: Model, arguments: Sequence[Argument]) -> Run:
    (other,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        others = other.value(scope)
        scope.spend(len(focus) * len(others))
        return equality.distinct([node for node in focus if equality.contains(others, node)])

    return run


def _exclude(model: Model, arguments: Sequence[Argument]) -> Run:
    (other,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        others = other.value(scope)
        scope.spend(len(focus) * len(others))
        return [node for node in focus if not equality.contains(others, node)]

    return run


TABLE: Mapping[str, Function] = {
    "single": _plain(_single),
    "first": _plain(lambda nodes: nodes[:1]),
    "last": _plain(lambda nodes: nodes[-1:]),
    "tail": _plain(lambda nodes: nodes[1:]),
    "skip": _counted(lambda nodes, count: nodes[max(count, 0) :]),
    "take": _counted(lambda nodes, count: nodes[: max(count, 0)]),
    "intersect": Function(_intersect, 1, 1),
    "exclude": Function(_exclude, 1, 1),
}
"""Functions that take parts."""
