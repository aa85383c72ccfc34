"""DTM and DR: dates and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hl7v2.datatypes import temporal

EASTERN = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026", "2026"),
        ("202611", "2026-11"),
        ("20261124", "2026-11-24"),
        ("2026112410", "2026-11-24T10:00:00-05:00"),
        ("202607041015", "2026-07-04T10:15:00-04:00"),
        ("20261124101530", "2026-11-24T10:15:30-05:00"),
        ("20261124101530.25", "2026-11-24T10:15:30.25-05:00"),
        ("20261124101530+0215", "2026-11-24T10:15:30+02:15"),
        ("20261124101530.1234-1200", "2026-11-24T10:15:30.1234-12:00"),
        ("20261124+0100", "2026-11-24"),
        (" 20261124 ", "2026-11-24"),
        ("", ""),
    ],
)
def test_a_moment_keeps_its_precision_and_has_an_offset(text: str, meant: str) -> None:
    assert temporal.date_time(text, EASTERN) == meant


@pytest.mark.parametrize(
    "text",
    [
        "26",
        "20261",
        "20261324",
        "20260229",
        "2026112425",
        "202611241060",
        "x",
        "20261124+1500",
        "20261124+14",
        "20261124+1430",
    ],
)
def test_what_no_calendar_or_clock_has_is_unreadable(text: str) -> None:
    assert (temporal.date_time(text, UTC), temporal.date(text)) == (None, None)


@pytest.mark.parametrize(("text", "meant"), [("19800229", "1980-02-29"), ("198002291015-0500", "1980-02-29"), ("", "")])
def test_a_date_leaves_the_time_out(text: str, meant: str) -> None:
    assert temporal.date(text) == meant


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("202611241015-0530", -330), ("202611241015+0215", 135), ("202611241015", None), ("x", None), ("2026+1500", None)],
)
def test_an_offset_is_minutes_from_utc(text: str, minutes: int | None) -> None:
    assert temporal.offset(text) == minutes


def test_a_period_that_ends_before_it_starts_says_nothing() -> None:
    found = [
        temporal.period(*one)
        for one in (("2026-11-24", "2026-11-23"), ("2026-11-24", "2026"), ("2026-12", "2026-11-30"))
    ]
    assert found == [{}, {"start": "2026-11-24", "end": "2026"}, {}]


def test_a_period_has_only_the_ends_that_are_known() -> None:
    assert [temporal.period("2026", "2027"), temporal.period("2026", ""), temporal.period(None, None)] == [
        {"start": "2026", "end": "2027"},
        {"start": "2026"},
        {},
    ]


@given(
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda one: one.replace(microsecond=0)),
    st.integers(-13 * 60, 13 * 60),
)
def test_every_moment_with_an_offset_is_read_as_itself(moment: datetime, minutes: int) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = temporal.date_time(there.strftime("%Y%m%d%H%M%S%z"), UTC)
    assert read is not None
    assert datetime.fromisoformat(read) == there
