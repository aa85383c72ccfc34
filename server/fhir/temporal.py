"""Dates and times as spans on one line: whole ticks of 100 nanoseconds since 1970 UTC, half open.

A text covers all of what its precision leaves open: `2026-11` the month, `2026-11-24T10:00:00Z` the second. With a
fraction of a second it is one tick: how many digits a clock writes says nothing of how exact it is.
A text without a time or offset is taken as UTC.
Source: http://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from functools import lru_cache

SECOND = 10_000_000
"""Ticks in a second."""
MILLISECOND = 10_000
DAY = 86_400 * SECOND
BEGIN, END = -(2**62), 2**62
"""Where a period begins that has no start, and ends that has no end."""

_KEPT = 64
"""Up to how many characters a text may have for its span to be kept: a fraction may have any number of digits."""
_EPOCH = date(1970, 1, 1).toordinal()
_shape = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)


def interval(text: str) -> tuple[int, int]:
    """The first tick that a date, dateTime or instant covers and the first after it; raises ValueError for others."""
    return _known(text) if len(text) <= _KEPT else _interval(text)


def _interval(text: str) -> tuple[int, int]:
    found = _shape.fullmatch(text)
    if found is None:
        raise ValueError("this is no date or time")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    if day is None:
        return _month(int(year), int(month)) if month else (_day(int(year), 1, 1), _day(int(year) + 1, 1, 1))
    start = _day(int(year), int(month), int(day))
    if hour is None:
        return start, start + DAY
    start += _clock(int(hour), int(minute), int(second or 0)) - _offset(zone)
    if second is None:
        return start, start + 60 * SECOND
    if fraction is None:
        return start, start + SECOND
    start += int(fraction[:7].ljust(7, "0"))
    return start, start + 1


_known = lru_cache(4096)(_interval)


def of_moment(now: datetime) -> int:
    """The tick of a moment that has a zone."""
    return int(now.timestamp()) * SECOND + now.microsecond * 10


def _day(year: int, month: int, day: int) -> int:
    """The tick a day begins; year 10000 begins the day after the calendar's last."""
    ordinal = date.max.toordinal() + 1 if year > date.max.year else date(year, month, day).toordinal()
    return (ordinal - _EPOCH) * DAY


def _month(year: int, month: int) -> tuple[int, int]:
    start = _day(year, month, 1)
    return start, start + monthrange(year, month)[1] * DAY


def _clock(hour: int, minute: int, second: int) -> int:
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("this is no time of day")
    return (hour * 3600 + minute * 60 + second) * SECOND


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:])
    if hours > 14 or minutes > 59:
        raise ValueError("this is no offset from UTC")
    return (-1 if zone[0] == "-" else 1) * (hours * 60 + minutes) * 60 * SECOND
