"""Sums, products and their kin, of numbers, quantities, strings and dates.

Source: http://hl7.org/fhirpath/N1/#math-2
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, DecimalException
from typing import TypeAlias

from server.fhirpath import decimals, durations, quantity
from server.fhirpath.decimals import PRECISION
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import NOTHING, Nodes, Value
from server.fhirpath.quantity import Quantity
from server.fhirpath.run import Run
from server.fhirpath.values import nodes_of, one, text

LONGEST = 1_000_000
"""How many characters a string may come to."""
_STEP = 100
"""How many characters count as one step."""

Apply: TypeAlias = Callable[[Value, Value], Value]


def operator(apply: Apply) -> Callable[[Run, Run], Run]:
    """An operator on two single values; nothing when one is missing or the result is no number."""

    def build(left: Run, right: Run) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            first, second = one(left(focus, scope)), one(right(focus, scope))
            if first is None or second is None:
                return NOTHING
            try:
                return nodes_of(_counted(apply(first, second), scope))
            except (DecimalException, ZeroDivisionError):
                return NOTHING

        return run

    return build


def _counted(found: Value, scope: Scope) -> Value:
    """The result; nothing for whole numbers that overflow, and long strings cost steps."""
    if isinstance(found, int) and not decimals.computable(found):
        return None
    if isinstance(found, str):
        scope.spend(len(found) // _STEP)
    return found


def plus(left: Value, right: Value) -> Value:
    """The sum; two strings one after the other; a date moved."""
    if isinstance(left, str) and isinstance(right, str):
        return joined(left, right)
    if isinstance(left, Moment | Time) and isinstance(right, Quantity):
        return durations.add(left, right, 1)
    if isinstance(left, Quantity) or isinstance(right, Quantity):
        return _sum(left, right, 1)
    return _numbers(left, right, int.__add__, PRECISION.add)


def minus(left: Value, right: Value) -> Value:
    """The difference; a date moved back."""
    if isinstance(left, Moment | Time) and isinstance(right, Quantity):
        return durations.add(left, right, -1)
    if isinstance(left, Quantity) or isinstance(right, Quantity):
        return _sum(left, right, -1)
    return _numbers(left, right, int.__sub__, PRECISION.subtract)


def times(left: Value, right: Value) -> Value:
    """The product; that of quantities has the product of their units."""
    if not isinstance(left, Quantity) and not isinstance(right, Quantity):
        return _numbers(left, right, int.__mul__, PRECISION.multiply)
    first, second = _quantities(left, right)
    units = [unit for unit in (first.code, second.code) if unit != "1"]
    return Quantity(PRECISION.multiply(first.value, second.value), ".".join(map(_factor, units)) or "1")


def over(left: Value, right: Value) -> Value:
    """The quotient, always a decimal or quantity."""
    if not isinstance(left, Quantity) and not isinstance(right, Quantity):
        return decimals.plain(_numbers(left, right, PRECISION.divide, PRECISION.divide))
    first, second = _quantities(left, right)
    pair = quantity.comparable(first, second)
    if pair is not None:
        return Quantity(decimals.of(pair[0] / pair[1]))
    unit = _factor(first.code) if second.code == "1" else f"{_factor(first.code)}/{_factor(second.code)}"
    return Quantity(decimals.plain(PRECISION.divide(first.value, second.value)), unit)


def whole(left: Value, right: Value) -> Value:
    """`div`: the quotient without its fraction."""
    return int(_numbers(left, right, PRECISION.divide_int, PRECISION.divide_int))


def rest(left: Value, right: Value) -> Value:
    """`mod`: what `div` leaves, with the sign of the left."""
    found = _numbers(left, right, PRECISION.remainder, PRECISION.remainder)
    return int(found) if isinstance(left, int) and isinstance(right, int) else found


def _numbers(left: Value, right: Value, integers: Apply, others: Apply) -> Value:
    for found in (left, right):
        if isinstance(found, bool) or not isinstance(found, int | Decimal):
            raise Unevaluable("two values of one kind are expected")
    return (integers if isinstance(left, int) and isinstance(right, int) else others)(left, right)


def _quantities(left: Value, right: Value) -> tuple[Quantity, Quantity]:
    first, second = quantity.of(left), quantity.of(right)
    if first is None or second is None:
        raise Unevaluable("two quantities or numbers are expected")
    return first, second


def _factor(unit: str) -> str:
    """A unit as a part of another."""
    return f"({unit})" if "/" in unit or "." in unit else unit


def _sum(left: Value, right: Value, sign: int) -> Value:
    """In the unit that is more granular; nothing for quantities of different kinds."""
    first, second = _quantities(left, right)
    unit = quantity.finer(first, second)
    one_, other = quantity.expressed(first, unit), quantity.expressed(second, unit)
    if one_ is None or other is None:
        return None
    return replace(one_, value=PRECISION.add(one_.value, sign * other.value))


def joined(left: str, right: str) -> str:
    """One string after the other; raises Unevaluable when they are too long."""
    if len(left) + len(right) > LONGEST:
        raise Unevaluable("a string becomes too long")
    return left + right


def concatenated(left: Run, right: Run) -> Run:
    """`&`: an empty side counts as an empty string."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        first, second = text(left(focus, scope)) or "", text(right(focus, scope)) or ""
        scope.spend((len(first) + len(second)) // _STEP)
        return nodes_of(joined(first, second))

    return run


def signed(operand: Run, sign: int) -> Run:
    """The operand with a sign before it."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = one(operand(focus, scope), int, Decimal, Quantity)
        return NOTHING if found is None else nodes_of(-found if sign < 0 else found)

    return run
