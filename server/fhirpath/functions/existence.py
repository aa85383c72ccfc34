"""Whether something is there.

Source: http://hl7.org/fhirpath/N1/#existence
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import FALSE, INTEGER, TRUE, truth
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import boolean


def _empty(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: FALSE if focus else TRUE


def _exists(model: Model, arguments: Sequence[Argument]) -> Run:
    if not arguments:
        return lambda focus, scope: TRUE if focus else FALSE
    (criterion,) = arguments
    return lambda focus, scope: truth(any(boolean(found) for _, found in criterion.each(focus, scope)))


def _all(model: Model, arguments: Sequence[Argument]) -> Run:
    (criterion,) = arguments
    return lambda focus, scope: truth(all(boolean(found) for _, found in criterion.each(focus, scope)))


def _every(verdict: bool, word: Callable[[list[bool]], bool]) -> Callable[[Model, Sequence[Argument]], Run]:
    """allTrue and its kin: `word` over whether each boolean is `verdict`."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        return lambda focus, scope: truth(word([boolean([node]) is verdict for node in focus]))

    return build


def _subset(model: Model, arguments: Sequence[Argument]) -> Run:
    (other,) = arguments
    return lambda focus, scope: truth(_within(focus, other.value(scope), scope))


def _superset(model: Model, arguments: Sequence[Argument]) -> Run:
    (other,) = arguments
    return lambda focus, scope: truth(_within(other.value(scope), focus, scope))


def _within(nodes: Nodes, others: Nodes, scope: Scope) -> bool:
    scope.spend(len(nodes) * len(others))
    return all(equality.contains(others, node) for node in nodes)


def _count(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: [(len(focus), INTEGER, None)]


def _distinct(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: _unique(focus, scope)


def _is_distinct(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: truth(len(_unique(focus, scope)) == len(focus))


def _unique(nodes: Nodes, scope: Scope) -> Nodes:
    scope.spend(len(nodes) ** 2 // 100)
    return equality.distinct(nodes)


def _negated(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = boolean(focus)
        return [] if found is None else truth(not found)

    return run


TABLE: Mapping[str, Function] = {
    "empty": Function(_empty),
    "exists": Function(_exists, 0, 1),
    "all": Function(_all, 1, 1),
    "allTrue": Function(_every(True, all)),
    "anyTrue": Function(_every(True, any)),
    "allFalse": Function(_every(False, all)),
    "anyFalse": Function(_every(False, any)),
    "subsetOf": Function(_subset, 1, 1),
    "supersetOf": Function(_superset, 1, 1),
    "count": Function(_count),
    "distinct": Function(_distinct),
    "isDistinct": Function(_is_distinct),
    "not": Function(_negated),
}
"""Functions on existence."""
