"""Dates and times, beside Python's own: http://hl7.org/fhirpath/N1/#datetime-arithmetic."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from server.fhirpath import durations, moments
from server.fhirpath.moments import Moment
from server.fhirpath.quantity import Quantity

zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones).map(
    _whole := lambda one: one.replace(microsecond=one.microsecond // 1000 * 1000)
)
days = st.dates(date(2, 1, 1), date(9998, 12, 31))
counts = st.integers(-100_000, 100_000)


def _moved(start: Moment, count: int, unit: str) -> str:
    found = durations.add(start, Quantity(Decimal(count), unit, True), 1)
    assert found is not None
    return str(found)


def _of(day: date) -> Moment:
    found = moments.moment(day.isoformat())
    assert found is not None
    return found


@given(days, counts)
def test_days_are_added_as_the_calendar_has_them(day: date, count: int) -> None:
    later = day.toordinal() + count
    assume(date.min.toordinal() <= later <= date.max.toordinal())
    assert _moved(_of(day), count, "days") == date.fromordinal(later).isoformat()


@given(days, st.integers(-20_000, 20_000))
def test_months_are_added_to_the_same_day_or_the_last(day: date, count: int) -> None:
    months = day.year * 12 + day.month - 1 + count
    assume(12 <= months < 12 * 10_000)
    found = date.fromisoformat(_moved(_of(day), count, "months"))
    assert (found.year * 12 + found.month - 1, min(day.day, 28) <= found.day <= day.day) == (months, True)


@given(instants, counts)
def test_seconds_are_added_across_days(start: datetime, count: int) -> None:
    later = moments.of_datetime(start + timedelta(seconds=count))
    assert _moved(moments.of_datetime(start), count, "seconds") == str(later)


@given(instants, instants)
def test_the_order_of_moments_is_that_of_time(one: datetime, other: datetime) -> None:
    order = moments.compare(moments.of_datetime(one), moments.of_datetime(other))
    assert order == (one > other) - (one < other)


@given(instants)
def test_a_moment_is_the_same_in_every_zone(one: datetime) -> None:
    here, there = moments.of_datetime(one), moments.of_datetime(one.astimezone(UTC))
    assert (moments.compare(here, there), moments.in_utc(here).parts) == (0, there.parts)


@given(instants)
def test_a_moment_is_read_from_its_text(one: datetime) -> None:
    moment = moments.of_datetime(one)
    assert moments.moment(str(moment)) == moment


@given(st.text("0123456789-T:.Z+", max_size=30))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = moments.moment(text)
    assert found is None or moments.moment(str(found)) == found
    moments.time(text)
