"""Numbers.

Source: http://hl7.org/fhirpath/N1/#math
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException

from server.fhirpath import decimals
from server.fhirpath.decimals import PRECISION, computable
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import Model
from server.fhirpath.node import NOTHING, Nodes, Value
from server.fhirpath.quantity import Quantity
from server.fhirpath.run import Argument, Function, Run
from server.fhirpath.values import nodes_of, number, one

_LARGEST = 1_000
"""The largest exponent of a power."""
_NEAR = Decimal("1E-30")
"""What is so near to a whole number is one: logarithms are quotients of rounded numbers."""


def _of(apply: Callable[..., Value], least: int = 0, most: int | None = None) -> Function:
    """A function of a number and further numbers; nothing when one is missing or there is no result."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            given = number(focus)
            others = [number(argument.value(scope)) for argument in arguments]
            if given is None or None in others:
                return NOTHING
            try:
                found = apply(given, *others)
            except (DecimalException, ZeroDivisionError):
                return NOTHING
            return nodes_of(found) if found is None or computable(found) else NOTHING

        return run

    return Function(build, least, least if most is None else most)


def _absolute(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = one(focus, int, Decimal, Quantity)
        if isinstance(found, Quantity):
            return nodes_of(replace(found, value=abs(found.value)))
        return NOTHING if found is None else nodes_of(abs(found))

    return run


def _rounded(direction: str) -> Callable[[Value], Value]:
    return lambda given: int(Decimal(given).to_integral_value(direction))


def _round(given: Value, places: Value = 0) -> Value:
    if not isinstance(places, int) or places < 0:
        raise Unevaluable("a number of decimal places is expected")
    if decimals.places(given) <= places:
        return Decimal(given)
    return Decimal(given).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, PRECISION)


def _power(base: Value, exponent: Value) -> Value:
    if abs(exponent) > _LARGEST:
        return None
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return _whole(PRECISION.power(base, exponent))
    return PRECISION.power(base, exponent)


def _whole(found: Decimal) -> Value:
    return int(found) if abs(found) < decimals.WHOLE else None


def _logarithm(given: Value, base: Value) -> Value:
    found = PRECISION.divide(PRECISION.ln(given), PRECISION.ln(base))
    nearest = found.to_integral_value()
    return nearest if abs(found - nearest) < _NEAR else found


TABLE: Mapping[str, Function] = {
    "abs": Function(_absolute),
    "ceiling": _of(_rounded(ROUND_CEILING)),
    "floor": _of(_rounded(ROUND_FLOOR)),
    "truncate": _of(_rounded(ROUND_DOWN)),
    "round": _of(_round, 0, 1),
    "exp": _of(PRECISION.exp),
    "ln": _of(PRECISION.ln),
    "log": _of(_logarithm, 1),
    "power": _of(_power, 1),
    "sqrt": _of(PRECISION.sqrt),
}
"""Functions on numbers."""
