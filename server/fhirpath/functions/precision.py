"""How precise a value is, and the least and greatest that it may stand for.

Source: https://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from server.fhirpath import quantity
from server.fhirpath.decimals import PRECISION, places
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import BOOLEAN, NOTHING, Nodes, Value, truth
from server.fhirpath.quantity import Quantity
from server.fhirpath.run import Argument, Function, Run
from server.fhirpath.values import nodes_of, one, whole

_DIGITS: Mapping[int, int] = {1: 4, 2: 6, 3: 8, 4: 10, 5: 12, 6: 17}
"""How many digits a moment has down to each part; a second counts with its milliseconds."""
_PLACES, _MOST_PLACES = 8, 28
_EAST, _WEST = 14 * 60, -12 * 60


def _precision(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        return nodes_of(_digits(one(focus)))

    return run


def _digits(found: Value) -> Value:
    if isinstance(found, Moment):
        return _DIGITS[len(found.parts)] if len(found.parts) < 6 or _fraction(found) else 14
    if isinstance(found, Time):
        return _DIGITS[len(found.parts) + 3] - 8
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        return places(found)
    return None


def _fraction(found: Moment) -> bool:
    return places(found.parts[5]) > 0


def _boundary(low: bool) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            found = one(focus)
            digits = whole(arguments[0].value(scope)) if arguments else None
            if found is None or (arguments and digits is None):
                return NOTHING
            edge = _edge(found, digits, low)
            return nodes_of(edge)

        return run

    return Function(build, 0, 1)


def _edge(found: Value, digits: int | None, low: bool) -> Value:
    if isinstance(found, Moment):
        return _moment_edge(found, digits, low)
    if isinstance(found, Time):
        return _time_edge(found, digits, low)
    if isinstance(found, Quantity):
        edge = _number_edge(found.value, digits, low)
        return None if edge is None else Quantity(edge, found.unit, found.calendar)
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        return _number_edge(Decimal(found), digits, low)
    return None


def _number_edge(found: Decimal, digits: int | None, low: bool) -> Value:
    wanted = _PLACES if digits is None else digits
    if not 0 <= wanted <= _MOST_PLACES:
        return None
    half = Decimal(5).scaleb(-places(found) - 1)
    try:
        edge = PRECISION.subtract(found, half) if low else PRECISION.add(found, half)
        return edge.quantize(Decimal(1).scaleb(-wanted), ROUND_FLOOR if low else ROUND_CEILING, PRECISION)
    except InvalidOperation:
        return None


def _moment_edge(found: Moment, digits: int | None, low: bool) -> Value:
    wanted = digits if digits is not None else (17 if found.timed else 8)
    count = next((parts for parts, most in _DIGITS.items() if wanted == most), 6 if wanted == 14 else 0)
    if not count or (count > 3 and not found.timed):
        return None
    parts = _filled(found.parts, low)
    zone = found.zone if found.zone is not None or count < 4 else (_EAST if low else _WEST)
    return Moment(parts[:count], count > 3 or found.timed, zone if count > 3 else None)


def _filled(parts: tuple[int | Decimal, ...], low: bool) -> tuple[int | Decimal, ...]:
    year = int(parts[0])
    month = int(parts[1]) if len(parts) > 1 else 1 if low else 12
    day = parts[2] if len(parts) > 2 else 1 if low else monthrange(year, month)[1]
    return (year, month, day, *_clock(parts[3:], low))


def _clock(parts: tuple[int | Decimal, ...], low: bool) -> tuple[int | Decimal, ...]:
    hour = parts[0] if parts else 0 if low else 23
    minute = parts[1] if len(parts) > 1 else 0 if low else 59
    second = Decimal(parts[2]) if len(parts) > 2 else None
    if second is None:
        return hour, minute, Decimal("0.000") if low else Decimal("59.999")
    known = places(second)
    missing = Decimal(0) if low or known >= 3 else Decimal(1).scaleb(-known) - Decimal("0.001")
    return hour, minute, (second + missing).quantize(Decimal("0.001"))


def _time_edge(found: Time, digits: int | None, low: bool) -> Value:
    count = {2: 1, 4: 2, 6: 3, 9: 3}.get(9 if digits is None else digits, 0)
    return Time(_clock(found.parts, low)[:count]) if count else None


def _comparable(model: Model, arguments: Sequence[Argument]) -> Run:
    (other,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        left, right = one(focus, Quantity), one(other.value(scope), Quantity)
        return NOTHING if left is None or right is None else truth(quantity.comparable(left, right) is not None)

    return run


TABLE: Mapping[str, Function] = {
    "precision": Function(_precision),
    "lowBoundary": _boundary(True),
    "highBoundary": _boundary(False),
    "comparable": Function(_comparable, 1, 1, BOOLEAN),
}
"""Functions on precision."""
