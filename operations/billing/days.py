"""Days that FHIR dates name: the first and last day of a date, time or period of any precision.

A time counts for the day it has where it was written, whatever its offset.
Source: http://hl7.org/fhir/R4/datatypes.html#dateTime
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

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


ALWAYS = Days(date.min, date.max)


def of_date(text: str) -> Days:
    """The days of a valid FHIR date, dateTime or instant."""
    year, month, day = (int(text[start:stop] or 0) for start, stop in ((0, 4), (5, 7), (8, 10)))
    if day:
        return Days(date(year, month, day), date(year, month, day))
    if month:
        return Days(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return Days(date(year, 1, 1), date(year, 12, 31))


def of_period(period: Json) -> Days:
    """The days of a Period; without a start or end it is open there."""
    start, end = period.get("start"), period.get("end")
    return Days(of_date(start).first if start else date.min, of_date(end).last if end else date.max)


def serviced(element: Json) -> Days | None:
    """The days of an element's serviced[x]; None unless it says them to the day."""
    period = element.get("servicedPeriod", {})
    said = [element.get("servicedDate"), period.get("start"), period.get("end")]
    known = [text for text in said if text]
    if not known or any(len(text) < len("2026-11-24") for text in known):
        return None
    return Days(of_date(known[0]).first, of_date(known[-1]).last)


def year_from(day: date, anniversary: date) -> Days:
    """The year that contains a day and begins on an anniversary of a date (29 February counts as the 28th)."""
    month, number = anniversary.month, 28 if (anniversary.month, anniversary.day) == (2, 29) else anniversary.day
    first = date(day.year, month, number)
    start = first if first <= day else date(day.year - 1, month, number)
    following = date(start.year + 1, month, number)
    return Days(start, date.fromordinal(following.toordinal() - 1))
