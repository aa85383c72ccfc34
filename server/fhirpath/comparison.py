"""Equality, equivalence, order and membership.

Sources: http://hl7.org/fhirpath/N1/#equality, http://hl7.org/fhirpath/N1/#comparison
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from server.fhirpath import equality, moments, quantity
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import FALSE, NOTHING, STRING, TRUE, Node, Nodes, Value, truth
from server.fhirpath.run import MANY, Run
from server.fhirpath.values import TEXTS, single, value


def equal(left: Run, right: Run) -> Run:
    """`=`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one, other = left(focus, scope), right(focus, scope)
        if len(one) > MANY:
            scope.spend(equality.COST * len(one))
        return truth(equality.equal(one, other))

    return run


def equal_text(left: Run, text: str) -> Run:
    """`= 'text'`."""
    right = [(text, STRING, None)]

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes = left(focus, scope)
        if len(nodes) == 1 and nodes[0][1] in TEXTS:
            return TRUE if nodes[0][0] == text else FALSE
        return truth(equality.equal(nodes, right))

    return run


def equivalent(left: Run, right: Run) -> Run:
    """`~`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one, other = left(focus, scope), right(focus, scope)
        if len(one) == len(other):
            scope.spend(len(one) * len(other))
        return truth(equality.equivalent(one, other))

    return run


def negated(operator: Callable[[Run, Run], Run]) -> Callable[[Run, Run], Run]:
    """The operator that says the opposite."""

    def build(left: Run, right: Run) -> Run:
        positive = operator(left, right)

        def run(focus: Nodes, scope: Scope) -> Nodes:
            verdict = positive(focus, scope)
            return truth(not verdict[0][0]) if verdict else NOTHING

        return run

    return build


def ordering(holds: Callable[[int], bool]) -> Callable[[Run, Run], Run]:
    """`<` and its kin, by what they say of an order below, at or above zero."""

    def build(left: Run, right: Run) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            one, other = single(left(focus, scope)), single(right(focus, scope))
            if one is None or other is None:
                return NOTHING
            if _as_written(one, other):
                return TRUE if holds(_order(one[0], other[0])) else FALSE
            order = compare(value(one), value(other))
            return NOTHING if order is None else truth(holds(order))

        return run

    return build


def _as_written(left: Node, right: Node) -> bool:
    """Whether these are dates or moments of FHIR of one precision and offset: their texts have their order."""
    one, other = left[0], right[0]
    if left[1] not in _DATED or right[1] not in _DATED or type(one) is not str or type(other) is not str:
        return False
    return len(one) == len(other) and (len(one) <= _DAY or one[-_OFFSET:] == other[-_OFFSET:])


_DATED = frozenset(("date", "dateTime", "instant"))
_DAY, _OFFSET = len("2026-11-24"), len("+01:00")


def compare(left: Value, right: Value) -> int | None:
    """The order of two values; None when their precisions or units leave it open; raises Unevaluable across types."""
    if left is None or right is None:
        return None
    if isinstance(left, Moment | Time) and type(left) is type(right):
        return moments.compare(left, right)
    if (isinstance(left, str) and isinstance(right, str)) or (_numeric(left) and _numeric(right)):
        return _order(left, right)
    one, other = quantity.of(left), quantity.of(right)
    if one is None or other is None:
        raise Unevaluable("these values have no order")
    return quantity.order(one, other)


def _order(left: Value, right: Value) -> int:
    return 1 if left > right else -1 if left < right else 0


def _numeric(found: Value) -> bool:
    return isinstance(found, int | Decimal) and not isinstance(found, bool)


def within(left: Run, right: Run) -> Run:
    """`in`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found, nodes = single(left(focus, scope)), right(focus, scope)
        if found is None:
            return NOTHING
        if len(nodes) > MANY:
            scope.spend(equality.COST * len(nodes))
        return truth(equality.contains(nodes, found))

    return run


def contains(left: Run, right: Run) -> Run:
    """`contains`."""
    return within(right, left)
