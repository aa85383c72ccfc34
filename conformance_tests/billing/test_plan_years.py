"""When the years of a plan begin: as its rules say, never anew because they changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.billing import resources
from operations.billing import benefits, days, vocabulary
from operations.billing.days import Days
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

DATES = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def _rules(id_: str, start: str, end: str = "", year: str = "") -> Resource:
    extension = [{"url": vocabulary.PLAN_YEAR_START, "valueDate": year}] if year else []
    period = {"start": start, **({"end": end} if end else {})}
    return {**resources.PLAN, "id": id_, "period": period, "extension": extension}


@given(DATES, DATES, st.lists(DATES, min_size=1, max_size=4, unique=True))
def test_rules_that_state_one_year_share_it_however_often_they_change(
    day: date, year: date, starts: list[date]
) -> None:
    ordered = sorted(starts)
    ends = [*((one - timedelta(1)).isoformat() for one in ordered[1:]), ""]
    family = [
        _rules(f"r{number}", start.isoformat(), end, year.isoformat())
        for number, (start, end) in enumerate(zip(ordered, ends, strict=True))
    ]
    assert {benefits.read(one, family).year(day) for one in family} == {days.year_from(day, year)}


@given(DATES, DATES, DATES)
def test_the_years_of_rules_that_state_different_ones_have_no_day_in_common(
    year: date, start: date, other: date
) -> None:
    before = _rules("before", "2019-01-01", (start - timedelta(1)).isoformat(), year.isoformat())
    after = _rules("after", start.isoformat(), "", other.isoformat())
    family = [after, before]
    last = benefits.read(before, family).year(start - timedelta(1))
    first = benefits.read(after, family).year(start)
    assert last.covers(start - timedelta(1))
    assert first.covers(start)
    assert last == first or last.last < first.first


@pytest.mark.parametrize(
    ("family", "fault"),
    [
        ([_rules("a", "2025-01-01", "2026-06-30"), _rules("b", "2026-07-01")], "b"),
        ([_rules("a", "2025-01-01", "2026-06-30", "2025-07-01"), _rules("b", "2026-07-01")], ""),
        ([_rules("a", "2025-01-01", "2025-12-31"), _rules("b", "2026-01-01")], ""),
        ([_rules("a", "2024-02-29", "2025-02-27"), _rules("b", "2025-02-28")], ""),
        ([_rules("a", "2024-02-29", "2025-02-28"), _rules("b", "2025-03-01")], "b"),
    ],
)
def test_later_rules_say_when_the_year_begins_unless_it_is_as_before(family: list[Resource], fault: str) -> None:
    for one in family:
        if fault:
            with pytest.raises(Unprocessable, match=f"InsurancePlan/{fault}"):
                benefits.read(one, family)
        else:
            benefits.read(one, family)


@pytest.mark.parametrize(
    "values", [[{}], [{"valueString": "2026-01-01"}], [{"_valueDate": {"id": "x"}}], [{"valueDate": "2026-01-01"}] * 2]
)
def test_a_year_that_begins_on_no_one_date_is_refused(values: list[Json]) -> None:
    plan = {**resources.PLAN, "extension": [{"url": vocabulary.PLAN_YEAR_START, **one} for one in values]}
    with pytest.raises(Unprocessable) as caught:
        benefits.read(plan)
    assert [one.expression for one in caught.value.issues] == ["InsurancePlan.extension"]


def test_a_year_is_stated_by_any_day_on_which_one_begins() -> None:
    plan = {**resources.PLAN, "extension": [{"url": vocabulary.PLAN_YEAR_START, "valueDate": "2019-07"}]}
    assert benefits.read(plan).year(date(2026, 3, 2)) == Days(date(2025, 7, 1), date(2026, 6, 30))
