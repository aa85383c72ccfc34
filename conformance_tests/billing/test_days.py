"""http://hl7.org/fhir/R4/datatypes.html#dateTime: the days that dates, times and periods name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.billing import days
from operations.billing.days import Days
from server.fhir.resource import Json


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-02", date(2026, 3, 2), date(2026, 3, 2)),
        ("2026-03-02T23:30:00-05:00", date(2026, 3, 2), date(2026, 3, 2)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_date_of_any_precision_names_days(text: str, first: date, last: date) -> None:
    assert days.of_date(text) == Days(first, last)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({}, days.ALWAYS),
        ({"start": "2026"}, Days(date(2026, 1, 1), date.max)),
        ({"end": "2026-02"}, Days(date.min, date(2026, 2, 28))),
        ({"start": "2026-01-02", "end": "2026-01-03T10:00:00Z"}, Days(date(2026, 1, 2), date(2026, 1, 3))),
    ],
)
def test_a_period_is_open_where_it_says_nothing(period: Json, expected: Days) -> None:
    assert days.of_period(period) == expected


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"servicedDate": "2026-03-02"}, Days(date(2026, 3, 2), date(2026, 3, 2))),
        (
            {"servicedPeriod": {"start": "2026-03-02", "end": "2026-03-04T08:00:00Z"}},
            Days(date(2026, 3, 2), date(2026, 3, 4)),
        ),
        (
            {"servicedPeriod": {"start": "2026-03-02T01:00:00+14:00", "end": "2026-03-01T12:00:00Z"}},
            Days(date(2026, 3, 1), date(2026, 3, 2)),
        ),
        ({}, None),
        ({"servicedDate": "2026-03"}, None),
        ({"servicedPeriod": {"start": "2026-03-02"}}, None),
        ({"servicedPeriod": {"end": "2026-03-02"}}, None),
        ({"servicedPeriod": {"start": "2026-03-02", "end": "2026"}}, None),
    ],
)
def test_a_service_says_its_first_and_last_day_or_none(element: Json, expected: Days | None) -> None:
    assert days.serviced(element) == expected


@given(st.dates(), st.dates())
def test_every_day_is_in_exactly_one_year_of_an_anniversary(day: date, anniversary: date) -> None:
    year = days.year_from(day, anniversary)
    assert year.covers(day)
    assert (year.last - year.first).days in (364, 365) or date.min == year.first or date.max == year.last
    if year.last < date.max:
        assert days.year_from(year.last + timedelta(1), anniversary).first == year.last + timedelta(1)


@pytest.mark.parametrize(
    ("day", "anniversary", "first"),
    [
        (date(2026, 6, 30), date(2020, 7, 1), date(2025, 7, 1)),
        (date(2026, 7, 1), date(2020, 7, 1), date(2026, 7, 1)),
        (date(2024, 2, 29), date(2020, 2, 29), date(2024, 2, 28)),
        (date(2026, 2, 27), date(2020, 2, 29), date(2025, 2, 28)),
        (date(1, 3, 1), date(2020, 7, 1), date.min),
        (date(9999, 8, 1), date(2020, 7, 1), date(9999, 7, 1)),
    ],
)
def test_a_year_begins_on_the_anniversary(day: date, anniversary: date, first: date) -> None:
    year = days.year_from(day, anniversary)
    assert year.first == first
    assert year.last == date.max or days.year_from(year.last + timedelta(1), anniversary).first > day


def test_days_in_common() -> None:
    one, other = Days(date(2026, 1, 1), date(2026, 3, 1)), Days(date(2026, 2, 1), date(2026, 12, 31))
    assert days.common(one, other) == Days(date(2026, 2, 1), date(2026, 3, 1))
    assert one.contains(days.common(one, other))
    apart = days.common(one, Days(date(2027, 1, 1), date(2027, 1, 2)))
    assert not apart.covers(date(2027, 1, 1))
    assert not apart.covers(date(2026, 3, 1))
