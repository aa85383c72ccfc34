"""Dates, moments and times of day, as precise as they were written.

Sources: http://hl7.org/fhirpath/N1/#date, http://hl7.org/fhirpath/N1/#datetime-arithmetic
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import TypeAlias

Parts: TypeAlias = tuple[int | Decimal, ...]

_CLOCK = r"(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?"
_moment = re.compile(rf"(\d{{4}})(?:-(\d\d)(?:-(\d\d))?)?(?:(T)(?:{_CLOCK})?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_time = re.compile(_CLOCK, re.ASCII)
_YEARS, _SECONDS = 9999, 59
NAMES = ("year", "month", "day", "hour", "minute", "second")
"""The parts of a moment in order; the fraction belongs to the second."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or dateTime: `parts` down to its precision, `zone` in minutes from UTC; `timed` makes it a dateTime."""

    parts: Parts
    timed: bool = False
    zone: int | None = None

    def __str__(self) -> str:
        day = "-".join(_digits(part, width) for part, width in zip(self.parts[:3], (4, 2, 2), strict=False))
        if not self.timed:
            return day
        return f"{day}T{_clock(self.parts[3:])}{_zone_text(self.zone)}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day: hour, minute, second down to its precision."""

    parts: Parts

    def __str__(self) -> str:
        return _clock(self.parts)


def moment(text: str) -> Moment | None:
    """The Moment of a text, None when no calendar or clock has it."""
    found = _moment.fullmatch(text)
    if found is None:
        return None
    year, month, day, timed, hour, minute, second, zone = found.groups()
    numbers = [int(part) for part in (year, month, day, hour, minute) if part is not None]
    parts: Parts = (*numbers, Decimal(second)) if second is not None else tuple(numbers)
    if (hour is not None and day is None) or not _exists(parts) or not _zone_exists(zone):
        return None
    return Moment(parts, timed is not None, _minutes(zone))


def time(text: str) -> Time | None:
    """The Time of a text, None when no clock has it."""
    found = _time.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = found.groups()
    parts: Parts = tuple(int(part) for part in (hour, minute) if part is not None)
    parts = parts if second is None else (*parts, Decimal(second))
    return Time(parts) if _clock_exists(parts) else None


def of_datetime(now: datetime) -> Moment:
    """The Moment of a datetime with a zone, to the millisecond."""
    offset = now.utcoffset() or timedelta()
    second = Decimal(now.second) + Decimal(now.microsecond // 1000).scaleb(-3)
    parts = (now.year, now.month, now.day, now.hour, now.minute, second.quantize(Decimal("0.001")))
    return Moment(parts, True, int(offset.total_seconds() // 60))


def compare(left: Moment | Time, right: Moment | Time) -> int | None:
    """Below, at or above zero as left is before, at or after right; None when their precisions leave it open."""
    if isinstance(left, Moment) and isinstance(right, Moment):
        if len(left.parts) > 3 and len(right.parts) > 3 and (left.zone is None) != (right.zone is None):
            return None
        left, right = _in_utc(left), _in_utc(right)
    for one, other in zip(left.parts, right.parts, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(left.parts) == len(right.parts) else None


def add(start: Moment | Time, amount: Decimal, unit: str) -> Moment | Time | None:
    """The moment so many whole units later (a negative amount: earlier), None beyond the calendar.

    What the precision of the start cannot say is dropped: a year and 13 months are the next year.
    """
    if isinstance(start, Time):
        return _time_after(start, amount, unit)
    if unit in ("year", "month"):
        return _months_after(start, int(amount) * (12 if unit == "year" else 1))
    if unit == "week":
        amount, unit = amount * 7, "day"
    return _later(start, amount, unit)


UNIT_SECONDS: Mapping[str, Decimal] = {
    "day": Decimal(86_400),
    "hour": Decimal(3_600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}
_COARSE: Mapping[int, Decimal] = {
    1: Decimal(365 * 86_400),
    2: Decimal(30 * 86_400),
    3: Decimal(86_400),
    4: Decimal(3_600),
    5: Decimal(60),
    6: Decimal("0.001"),
}


def _later(start: Moment, amount: Decimal, unit: str) -> Moment | None:
    whole = amount if unit in ("second", "millisecond") else amount.to_integral_value(ROUND_DOWN)
    seconds = whole * UNIT_SECONDS[unit]
    precision = len(start.parts)
    if precision < 3:
        steps = int(seconds / _COARSE[precision])
        return _months_after(start, steps * (12 if precision == 1 else 1))
    if precision < 6:
        seconds = (seconds / _COARSE[precision]).to_integral_value(ROUND_DOWN) * _COARSE[precision]
    return _shifted(start, seconds)


def _shifted(start: Moment, seconds: Decimal) -> Moment | None:
    year, month, day, hour, minute, second = (*start.parts, 0, 0, 0, 0, 0)[:6]
    total = Decimal(int(hour) * 3600 + int(minute) * 60) + Decimal(second) + seconds
    days, rest = divmod(total, 86_400)
    if rest < 0:
        days, rest = days - 1, rest + 86_400
    try:
        found = date(int(year), int(month), int(day)) + timedelta(days=int(days))
    except OverflowError:
        return None
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = (found.year, found.month, found.day, int(hours), int(minutes), rest)
    return replace(start, parts=parts[: len(start.parts)])


def _months_after(start: Moment, months: int) -> Moment | None:
    year, month = int(start.parts[0]), int(start.parts[1]) if len(start.parts) > 1 else 1
    total = year * 12 + month - 1 + months
    year, month = total // 12, total % 12 + 1
    if not 1 <= year <= _YEARS:
        return None
    parts: Parts = (year, month, *start.parts[2:])
    if len(parts) > 2:
        parts = (year, month, min(int(parts[2]), monthrange(year, month)[1]), *parts[3:])
    return replace(start, parts=parts[: len(start.parts)])


def _time_after(start: Time, amount: Decimal, unit: str) -> Time | None:
    if unit not in UNIT_SECONDS or unit == "day":
        return None
    shifted = _later(Moment((2000, 1, 1, *start.parts)), amount, unit)
    return None if shifted is None else Time(shifted.parts[3:])


def _in_utc(one: Moment) -> Moment:
    """The same moment without its offset; whole hours and minutes are not made finer."""
    if not one.zone or len(one.parts) < 4:
        return one
    return _shifted(one, Decimal(-one.zone * 60)) or one


def _exists(parts: Parts) -> bool:
    numbers = [int(part) for part in parts[:3]]
    if not numbers[0] >= 1 or not all(1 <= month <= 12 for month in numbers[1:2]):
        return False
    if len(numbers) > 2 and not 1 <= numbers[2] <= monthrange(numbers[0], numbers[1])[1]:
        return False
    return _clock_exists(parts[3:])


def _clock_exists(parts: Parts) -> bool:
    return all(part < limit for part, limit in zip(parts, (24, 60, 60), strict=False))


def _zone_exists(text: str | None) -> bool:
    return text in (None, "Z") or (int(text[1:3]) <= 14 and int(text[4:]) < 60)


def _minutes(text: str | None) -> int | None:
    if text is None or text == "Z":
        return None if text is None else 0
    return (-1 if text[0] == "-" else 1) * (int(text[1:3]) * 60 + int(text[4:]))


def _zone_text(zone: int | None) -> str:
    if zone is None:
        return ""
    return f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02}:{abs(zone) % 60:02}" if zone else "Z"


def _clock(parts: Parts) -> str:
    return ":".join(_digits(part, 2) for part in parts)


def _digits(part: int | Decimal, width: int) -> str:
    if isinstance(part, int):
        return f"{part:0{width}}"
    whole, mark, fraction = str(part).partition(".")
    return whole.zfill(width) + mark + fraction
