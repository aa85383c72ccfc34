"""Operators on two operands.

Source: http://hl7.org/fhirpath/N1/#operations
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Context, Decimal, DivisionByZero, InvalidOperation

from server.fhirpath import equality, moments, quantity
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.moments import Moment, Time
from server.fhirpath.navigation import NOWHERE
from server.fhirpath.node import FALSE, TRUE, Value, truth
from server.fhirpath.quantity import CALENDAR, Quantity
from server.fhirpath.run import Nodes, Run
from server.fhirpath.values import boolean, moment_node, nodes_of, one, single, text, value

PRECISION = Context(prec=34)
"""How many digits arithmetic keeps."""
_ROUNDED = Decimal("1E-8")

Binary = Callable[[Run, Run], Run]


def _strict(apply: Callable[[Nodes, Nodes], Nodes]) -> Binary:
    """An operator that needs both operands."""

    def build(left: Run, right: Run) -> Run:
        return lambda focus, scope: apply(left(focus, scope), right(focus, scope))

    return build


def _equal(left: Nodes, right: Nodes) -> Nodes:
    return truth(equality.equal(left, right))


def _unequal(left: Nodes, right: Nodes) -> Nodes:
    verdict = equality.equal(left, right)
    return [] if verdict is None else truth(not verdict)


def _ordering(holds: Callable[[int], bool]) -> Binary:
    def apply(left: Nodes, right: Nodes) -> Nodes:
        one, other = single(left), single(right)
        if one is None or other is None:
            return []
        order = compare(value(one), value(other))
        return [] if order is None else truth(holds(order))

    return _strict(apply)


def compare(left: Value, right: Value) -> int | None:
    """The order of two values; None when their precisions or units leave it open; raises Unevaluable across types."""
    if isinstance(left, Moment | Time) and type(left) is type(right):
        return moments.compare(left, right)
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        pair = quantity.comparable(left, right)
        return None if pair is None else _order(*pair)
    if (isinstance(left, str) and isinstance(right, str)) or (_numeric(left) and _numeric(right)):
        return _order(left, right)
    if isinstance(left, Quantity) and _numeric(right):
        return compare(left, Quantity(Decimal(right)))
    if isinstance(right, Quantity) and _numeric(left):
        return compare(Quantity(Decimal(left)), right)
    raise Unevaluable("these values have no order")


def _order(left: Value, right: Value) -> int:
    return 1 if left > right else -1 if left < right else 0


def _numeric(found: Value) -> bool:
    return isinstance(found, int | Decimal) and not isinstance(found, bool)


def _arithmetic(apply: Callable[[Value, Value], Nodes]) -> Binary:
    def both(left: Nodes, right: Nodes) -> Nodes:
        one_, other = one(left), one(right)
        if one_ is None or other is None:
            return []
        try:
            return apply(one_, other)
        except (DivisionByZero, InvalidOperation, ZeroDivisionError):
            return []

    return _strict(both)


def _plus(left: Value, right: Value) -> Nodes:
    if isinstance(left, str) and isinstance(right, str):
        return nodes_of(left + right)
    if isinstance(left, Moment | Time) and isinstance(right, Quantity):
        return _shifted(left, right, 1)
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        return _sum(left, right, 1)
    return _numbers(left, right, lambda one, other: one + other)


def _minus(left: Value, right: Value) -> Nodes:
    if isinstance(left, Moment | Time) and isinstance(right, Quantity):
        return _shifted(left, right, -1)
    if isinstance(left, Quantity) and isinstance(right, Quantity):
        return _sum(left, right, -1)
    return _numbers(left, right, lambda one, other: one - other)


def _times(left: Value, right: Value) -> Nodes:
    if isinstance(left, Quantity) or isinstance(right, Quantity):
        return _product(left, right)
    return _numbers(left, right, lambda one, other: one * other)


def _over(left: Value, right: Value) -> Nodes:
    if isinstance(left, Quantity):
        return _quotient(left, right)
    if not _numeric(left) or not _numeric(right):
        raise Unevaluable("numbers are expected")
    return nodes_of(PRECISION.divide(Decimal(left), Decimal(right)).normalize(PRECISION) + 0) if right else []


def _whole(left: Value, right: Value) -> Nodes:
    return _numbers(left, right, lambda a, b: int((Decimal(a) / Decimal(b)).to_integral_value(ROUND_DOWN)))


def _rest(left: Value, right: Value) -> Nodes:
    def apply(one: Value, other: Value) -> Value:
        found = PRECISION.remainder(Decimal(one), Decimal(other))
        return int(found) if isinstance(one, int) and isinstance(other, int) else found

    return _numbers(left, right, apply)


def _numbers(left: Value, right: Value, apply: Callable[[Value, Value], Value]) -> Nodes:
    if not _numeric(left) or not _numeric(right):
        raise Unevaluable("two values of one kind are expected")
    found = apply(left, right)
    return nodes_of(PRECISION.plus(found) if isinstance(found, Decimal) else found)


def _shifted(start: Moment | Time, amount: Quantity, sign: int) -> Nodes:
    unit = CALENDAR.get(amount.unit) if amount.calendar else _DEFINITE.get(amount.unit)
    if unit is None:
        raise Unevaluable("a duration is expected")
    found = moments.add(start, amount.value * sign, unit)
    return moment_node(found) if isinstance(found, Moment) else nodes_of(found)


_DEFINITE: Mapping[str, str] = {
    "a": "year", "mo": "month", "wk": "week", "d": "day", "h": "hour", "min": "minute", "s": "second",
    "ms": "millisecond",
}  # fmt: skip


def _sum(left: Quantity, right: Quantity, sign: int) -> Nodes:
    if left.code == right.code:
        return nodes_of(Quantity(left.value + sign * right.value, left.unit, left.calendar))
    pair = quantity.comparable(left, right)
    if pair is None or not left.value:
        return []
    return nodes_of(Quantity(left.value * (pair[0] + sign * pair[1]) / pair[0], left.unit, left.calendar))


def _product(left: Value, right: Value) -> Nodes:
    one, other = (found if isinstance(found, Quantity) else Quantity(Decimal(found)) for found in (left, right))
    units = [unit for unit in (one.code, other.code) if unit != "1"]
    return nodes_of(Quantity(one.value * other.value, ".".join(units) or "1"))


def _quotient(left: Quantity, right: Value) -> Nodes:
    other = right if isinstance(right, Quantity) else Quantity(Decimal(right))
    if not other.value:
        return []
    pair = quantity.comparable(left, other)
    if pair is not None:
        return nodes_of(Quantity(PRECISION.divide(*pair)))
    unit = left.code if other.code == "1" else f"{left.code}/{other.code}"
    return nodes_of(Quantity(PRECISION.divide(left.value, other.value), unit))


def _joined(left: Nodes, right: Nodes) -> Nodes:
    return nodes_of((text(left) or "") + (text(right) or ""))


def _union(left: Run, right: Run) -> Run:
    if left is NOWHERE or right is NOWHERE:
        return _unique(right if left is NOWHERE else left)

    def run(focus: Nodes, scope: Scope) -> Nodes:
        one, other = left(focus, scope), right(focus, scope)
        if not one:
            return equality.distinct(other) if len(other) > 1 else other
        if not other and len(one) == 1:
            return one
        scope.spend(len(one) + len(other))
        return equality.distinct([*one, *other])

    return run


def _unique(of: Run) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes = of(focus, scope)
        return equality.distinct(nodes) if len(nodes) > 1 else nodes

    return NOWHERE if of is NOWHERE else run


def _in(left: Nodes, right: Nodes) -> Nodes:
    found = single(left)
    return [] if found is None else truth(equality.contains(right, found))


def _and(left: Run, right: Run) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        one = boolean(left(focus, scope))
        if one is False:
            return FALSE
        other = boolean(right(focus, scope))
        return FALSE if other is False else truth(one and other)

    return run


def _or(left: Run, right: Run) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        one = boolean(left(focus, scope))
        if one:
            return TRUE
        other = boolean(right(focus, scope))
        return TRUE if other else [] if one is None or other is None else FALSE

    return run


def _xor(left: Nodes, right: Nodes) -> Nodes:
    one, other = boolean(left), boolean(right)
    return [] if one is None or other is None else truth(one != other)


def _implies(left: Run, right: Run) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        one = boolean(left(focus, scope))
        if one is False:
            return TRUE
        other = boolean(right(focus, scope))
        return TRUE if other else [] if one is None or other is None else FALSE

    return run


OPERATORS: Mapping[str, Binary] = {
    "=": _strict(_equal),
    "!=": _strict(_unequal),
    "~": _strict(lambda left, right: truth(equality.equivalent(left, right))),
    "!~": _strict(lambda left, right: truth(not equality.equivalent(left, right))),
    "<": _ordering(lambda order: order < 0),
    "<=": _ordering(lambda order: order <= 0),
    ">": _ordering(lambda order: order > 0),
    ">=": _ordering(lambda order: order >= 0),
    "+": _arithmetic(_plus),
    "-": _arithmetic(_minus),
    "*": _arithmetic(_times),
    "/": _arithmetic(_over),
    "div": _arithmetic(_whole),
    "mod": _arithmetic(_rest),
    "&": _strict(_joined),
    "|": _union,
    "in": _strict(_in),
    "contains": _strict(lambda left, right: _in(right, left)),
    "and": _and,
    "or": _or,
    "xor": _strict(_xor),
    "implies": _implies,
}
"""Every binary operator but `is` and `as`."""
