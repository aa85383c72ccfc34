"""Days that FHIR dates name: the first and last day of a date, time or period of any precision.

A time counts for the day it has where it was written, whatever its offset.
Source: http://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from server.fhir import temporal
from server.fhir.resource import Json


@dataclass(frozen=True, slots=True)
class Days:
    """All days from `first` to `last` inclusive."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day <= self.last

    def contains(self, other: Days) -> bool:
        """Whether all of the other days are among them."""
        return self.first <= other.first and other.last <= self.last


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = len("2026-11-24")
"""The length of a date to the day."""
ALWAYS = Days(date.min, date.max)
NEVER = Days(date.max, date.min)


def of_date(text: str) -> Days:
    """The days of a valid FHIR date, dateTime or instant."""
    if len(text) >= _WHOLE:
        day = date.fromisoformat(text[:_WHOLE])
        return Days(day, day)
    year, month = int(text[:4]), int(text[5:7] or 0)
    first, last = (month, month) if month else (1, 12)
    return Days(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def of_period(period: Json) -> Days:
    """The days of a Period; without a start or end it is open there."""
    start, end = period.get("start"), period.get("end")
    return Days(of_date(start).first if start else date.min, of_date(end).last if end else date.max)


def reaching(period: Json, zone: tzinfo) -> Days:
    """The days of a Period whose times are told as they were written or in a zone, whichever reaches further."""
    start, end = (_moment(period.get(name) or "", zone) for name in ("start", "end"))
    written = of_period(period)
    return Days(min(written.first, start or written.first), max(written.last, end or written.last))


def common(one: Days, other: Days) -> Days:
    """The days that are among both; without any, the last lies before the first."""
    return Days(max(one.first, other.first), min(one.last, other.last))


def serviced(element: Json) -> Days | None:
    """The days of an element's serviced[x]; None unless it says the first and the last of them to the day."""
    day, period = element.get("servicedDate"), element.get("servicedPeriod", {})
    start, end = (day, day) if day else (period.get("start", ""), period.get("end", ""))
    if len(start) < _WHOLE or len(end) < _WHOLE:
        return None
    first, last = of_date(start).first, of_date(end).first
    return Days(min(first, last), max(first, last))


def year_from(day: date, anniversary: date) -> Days:
    """The year that contains a day and begins on an anniversary of a date (29 February counts as the 28th)."""
    month, number = anniversary.month, 28 if (anniversary.month, anniversary.day) == (2, 29) else anniversary.day
    near = range(max(date.min.year, day.year - 1), min(date.max.year, day.year + 1) + 1)
    starts = [date(year, month, number) for year in near]
    first = max((one for one in starts if one <= day), default=date.min)
    following = next((one for one in starts if one > day), None)
    return Days(first, date.fromordinal(following.toordinal() - 1) if following else date.max)


def _moment(text: str, zone: tzinfo) -> date | None:
    """The day in a zone of a time; None for a text without one, and beyond the calendar."""
    if len(text) <= _WHOLE:
        return None
    try:
        return (_EPOCH + timedelta(seconds=temporal.interval(text)[0] // temporal.SECOND)).astimezone(zone).date()
    except OverflowError:
        return None
