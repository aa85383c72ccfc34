"""Numbers.

Source: http://hl7.org/fhirpath/N1/#math
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException

from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import Model
from server.fhirpath.node import Value
from server.fhirpath.operators import PRECISION
from server.fhirpath.quantity import Quantity
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import nodes_of, number, one

_LARGEST = 10**6
"""The largest exponent and the longest number that are computed with."""


def _of(apply: Callable[..., Value], least: int = 0, most: int | None = None) -> Function:
    """A function of a number and further numbers; nothing when one is missing or there is no result."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            given = number(focus)
            others = [number(argument.value(scope)) for argument in arguments]
            if given is None or None in others:
                return []
            try:
                return nodes_of(apply(given, *others))
            except (DecimalException, OverflowError, ValueError):
                return []

        return run

    return Function(build, least, least if most is None else most)


def _absolute(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = one(focus, int, Decimal, Quantity)
        if isinstance(found, Quantity):
            return nodes_of(Quantity(abs(found.value), found.unit, found.calendar))
        return nodes_of(None if found is None else abs(found))

    return run


def _rounded(direction: str) -> Callable[[Value], Value]:
    return lambda given: int(Decimal(given).to_integral_value(direction))


def _round(given: Value, places: Value = 0) -> Value:
    if not isinstance(places, int) or not 0 <= places <= 1000:
        raise Unevaluable("a number of decimal places is expected")
    return Decimal(given).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) + 0


def _power(base: Value, exponent: Value) -> Value:
    if abs(exponent) > _LARGEST:
        return None
    found = PRECISION.power(Decimal(base), Decimal(exponent))
    both_whole = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    exact = both_whole and found == found.to_integral_value() and found.adjusted() < PRECISION.prec
    return int(found) if exact else found


def _logarithm(given: Value, base: Value) -> Value:
    found = PRECISION.divide(PRECISION.ln(Decimal(given)), PRECISION.ln(Decimal(base)))
    nearest = found.to_integral_value()
    return Decimal(nearest) if abs(found - nearest) < Decimal("1E-30") else found


TABLE: Mapping[str, Function] = {
    "abs": Function(_absolute),
    "ceiling": _of(_rounded(ROUND_CEILING)),
    "floor": _of(_rounded(ROUND_FLOOR)),
    "truncate": _of(_rounded(ROUND_DOWN)),
    "round": _of(_round, 0, 1),
    "exp": _of(lambda given: PRECISION.exp(Decimal(given))),
    "ln": _of(lambda given: PRECISION.ln(Decimal(given))),
    "log": _of(_logarithm, 1),
    "power": _of(_power, 1),
    "sqrt": _of(lambda given: PRECISION.sqrt(Decimal(given))),
}
"""Functions on numbers."""
