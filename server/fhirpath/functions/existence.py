"""Whether something is there.

Source: http://hl7.org/fhirpath/N1/#existence
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import BOOLEAN, FALSE, INTEGER, NOTHING, TRUE, Nodes, truth
from server.fhirpath.run import FOCUS, ITEM, Argument, Function, Run
from server.fhirpath.values import boolean

Build = Callable[[Model, Sequence[Argument]], Run]


def _judged(build: Build, least: int = 0, most: int = 0, within: str = ITEM) -> Function:
    return Function(build, least, most, BOOLEAN, within)


def _empty(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: FALSE if focus else TRUE


def _exists(model: Model, arguments: Sequence[Argument]) -> Run:
    if not arguments:
        return lambda focus, scope: TRUE if focus else FALSE
    (criterion,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        return TRUE if focus and any(boolean(found) for _, found in criterion.each(focus, scope)) else FALSE

    return run


def _all(model: Model, arguments: Sequence[Argument]) -> Run:
    (criterion,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        return TRUE if not focus or all(boolean(found) for _, found in criterion.each(focus, scope)) else FALSE

    return run


def _every(verdict: bool, word: Callable[[list[bool]], bool]) -> Function:
    """allTrue and its kin: `word` over whether each boolean is `verdict`."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        return lambda focus, scope: truth(word([boolean([node]) is verdict for node in focus]))

    return _judged(build)


def _subset(model: Model, arguments: Sequence[Argument]) -> Run:
    (other,) = arguments
    return lambda focus, scope: _within(focus, other.value(scope), scope)


def _superset(model: Model, arguments: Sequence[Argument]) -> Run:
    (other,) = arguments
    return lambda focus, scope: _within(other.value(scope), focus, scope)


def _within(nodes: Nodes, others: Nodes, scope: Scope) -> Nodes:
    scope.spend(equality.COST * (len(nodes) + len(others)))
    return truth(equality.keys(nodes) <= equality.keys(others))


def _count(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: [(len(focus), INTEGER, None)]


def _distinct(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: _unique(focus, scope)


def _is_distinct(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: truth(len(_unique(focus, scope)) == len(focus))


def _unique(nodes: Nodes, scope: Scope) -> Nodes:
    scope.spend(equality.COST * len(nodes))
    return equality.distinct(nodes)


def _negated(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = boolean(focus)
        return NOTHING if found is None else FALSE if found else TRUE

    return run


TABLE: Mapping[str, Function] = {
    "empty": _judged(_empty),
    "exists": _judged(_exists, 0, 1),
    "all": _judged(_all, 1, 1),
    "allTrue": _every(True, all),
    "anyTrue": _every(True, any),
    "allFalse": _every(False, all),
    "anyFalse": _every(False, any),
    "subsetOf": Function(_subset, 1, 1, BOOLEAN),
    "supersetOf": Function(_superset, 1, 1, BOOLEAN),
    "count": Function(_count, gives=INTEGER),
    "distinct": Function(_distinct, gives=FOCUS, passes=True),
    "isDistinct": _judged(_is_distinct),
    "not": _judged(_negated),
}
"""Functions on existence."""
