"""Dates, moments and times moved by a duration.

A duration finer than the date that it moves counts in whole units of the date: a year and 13 months are the next year.
Source: http://hl7.org/fhirpath/N1/#datetime-arithmetic
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal

from server.fhirpath.errors import Unevaluable
from server.fhirpath.moments import Moment, Parts, Time, shifted
from server.fhirpath.quantity import CALENDAR, Quantity

_DEFINITE: Mapping[str, str] = {
    "wk": "week",
    "d": "day",
    "h": "hour",
    "min": "minute",
    "s": "second",
    "ms": "millisecond",
}
"""UCUM's units that move a date; its year and month are averages, and do not."""
_SECONDS: Mapping[str, Decimal] = {
    "day": Decimal(86_400),
    "hour": Decimal(3_600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}
_CLOCK = ("hour", "minute", "second", "millisecond")
_MONTHS: Mapping[str, int] = {"year": 12, "month": 1}
_COARSE: Mapping[int, int] = {1: 365 * 86_400, 2: 30 * 86_400, 3: 86_400, 4: 3_600, 5: 60}
"""By the number of a moment's parts, the seconds of the last."""


def add(start: Moment | Time, amount: Quantity, sign: int) -> Moment | Time | None:
    """The moment so much later, earlier with a sign of -1; None beyond the calendar.

    Raises Unevaluable for what is no duration of the calendar.
    """
    unit = CALENDAR.get(amount.unit) or _DEFINITE.get(amount.unit)
    if unit is None:
        raise Unevaluable("a duration of the calendar is expected")
    count = amount.value * sign
    if unit == "week":
        count, unit = count * 7, "day"
    if isinstance(start, Time):
        return _time_after(start, count, unit)
    if not start.timed and unit in _CLOCK:
        raise Unevaluable("a date is moved by years, months, weeks or days")
    if unit in _MONTHS:
        return _months_after(start, int(count) * _MONTHS[unit])
    return _later(start, count, unit)


def _later(start: Moment, count: Decimal, unit: str) -> Moment | None:
    whole = count if unit in ("second", "millisecond") else count.to_integral_value(ROUND_DOWN)
    seconds, precision = whole * _SECONDS[unit], len(start.parts)
    if precision < 3:
        return _months_after(start, int(seconds / _COARSE[precision]) * (12 if precision == 1 else 1))
    if precision in _COARSE:
        seconds = (seconds / _COARSE[precision]).to_integral_value(ROUND_DOWN) * _COARSE[precision]
    return shifted(start, seconds)


def _months_after(start: Moment, months: int) -> Moment | None:
    """Where the month has no such day, its last."""
    if len(start.parts) == 1:
        months = months // 12 * 12 if months > 0 else -(-months // 12 * 12)
    year, month = int(start.parts[0]), int(start.parts[1]) if len(start.parts) > 1 else 1
    year, month = divmod(year * 12 + month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    parts: Parts = (year, month + 1, *start.parts[2:])[: len(start.parts)]
    if len(parts) > 2:
        parts = (year, month + 1, min(int(parts[2]), monthrange(year, month + 1)[1]), *parts[3:])
    return replace(start, parts=parts)


def _time_after(start: Time, count: Decimal, unit: str) -> Time:
    """A clock goes round."""
    if unit not in _CLOCK:
        raise Unevaluable("a duration of the clock is expected")
    day = Moment((2000, 1, 1, *start.parts))
    found = _later(day, count % (_SECONDS["day"] / _SECONDS[unit]), unit) or day
    return Time(found.parts[3:])
