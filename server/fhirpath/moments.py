"""Dates, moments and times of day, as precise as they were written.

Sources: http://hl7.org/fhirpath/N1/#date, http://hl7.org/fhirpath/N1/#datetime, http://hl7.org/fhirpath/N1/#time
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

Parts: TypeAlias = tuple[int | Decimal, ...]

_CLOCK = r"(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d{1,20})?))?)?"
_moment = re.compile(rf"(\d{{4}})(?:-(\d\d)(?:-(\d\d))?)?(?:(T)(?:{_CLOCK})?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_time = re.compile(_CLOCK, re.ASCII)
_DAY = 86_400
_FARTHEST = 14
"""No offset from UTC is more hours."""


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
    second = Decimal(now.second * 1000 + now.microsecond // 1000).scaleb(-3)
    parts = (now.year, now.month, now.day, now.hour, now.minute, second)
    return Moment(parts, True, int(offset.total_seconds() // 60))


def compare(left: Moment | Time, right: Moment | Time) -> int | None:
    """Below, at or above zero as left is before, at or after right; None when their precisions leave it open."""
    if isinstance(left, Moment) and isinstance(right, Moment):
        if len(left.parts) > 3 and len(right.parts) > 3 and (left.zone is None) != (right.zone is None):
            return None
        left, right = in_utc(left), in_utc(right)
    for one, other in zip(left.parts, right.parts, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(left.parts) == len(right.parts) else None


def in_utc(one: Moment) -> Moment:
    """The same moment without its offset, as precise as it is; at the ends of the calendar as it stands."""
    if not one.zone or len(one.parts) < 4:
        return one
    return shifted(one, Decimal(-one.zone * 60)) or one


def shifted(start: Moment, seconds: Decimal) -> Moment | None:
    """The moment so many seconds later, as precise as it is; None beyond the calendar."""
    year, month, day, hour, minute, second = (*start.parts, 0, 0, 0)[:6]
    total = Decimal(int(hour) * 3600 + int(minute) * 60) + Decimal(second) + seconds
    days, rest = divmod(total, _DAY)
    if rest < 0:
        days, rest = days - 1, rest + _DAY
    try:
        found = date(int(year), int(month), int(day)) + timedelta(days=int(days))
    except OverflowError:
        return None
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = (found.year, found.month, found.day, int(hours), int(minutes), rest)
    return replace(start, parts=parts[: len(start.parts)])


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
    return text in (None, "Z") or (int(text[1:3]) <= _FARTHEST and int(text[4:]) < 60)


def _minutes(text: str | None) -> int | None:
    if text is None or text == "Z":
        return None if text is None else 0
    return (-1 if text[0] == "-" else 1) * (int(text[1:3]) * 60 + int(text[4:]))


def _zone_text(zone: int | None) -> str:
    if not zone:
        return "" if zone is None else "Z"
    return f"{'-' if zone < 0 else '+'}{abs(zone) // 60:02}:{abs(zone) % 60:02}"


def _clock(parts: Parts) -> str:
    return ":".join(_digits(part, 2) for part in parts)


def _digits(part: int | Decimal, width: int) -> str:
    whole, mark, fraction = format(part, "f" if isinstance(part, Decimal) else "d").partition(".")
    return whole.zfill(width) + mark + fraction
