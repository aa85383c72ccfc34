"""http://hl7.org/fhir/R4/measurereport.html: the measures of the revenue cycle, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.billing import sums
from operations.billing import metrics, questions
from operations.billing.days import Days
from operations.billing.measure import Measure, Part, Ratio
from server.fhir.errors import Invalid, TooCostly
from server.fhir.fact import Fact, FactQuery

YEAR = Days(date(2026, 1, 1), date(2026, 12, 31))
LATER = date(2027, 6, 30)
SPRING = Days(date(2026, 3, 10), date(2026, 5, 20))


def _posted(
    kind: str, day: str, minor: int, outcome: str = "", payer: str = "Organization/a", currency: str = "USD"
) -> Fact:
    return Fact(kind, day, payer, "Practitioner/p", outcome, currency, minor)


def _told(kind: str, day: str, exact: str, outcome: str, currency: str = "USD") -> Fact:
    return Fact(kind, day, "Organization/a", "", outcome, currency, exact=Decimal(exact))


def _measures(
    facts: Sequence[Fact], period: Days = YEAR, group_by: str = "", today: date = LATER
) -> dict[tuple[str, str], Measure]:
    asked = questions.queries(period, group_by, today)
    found = metrics.measures(sums.answers(facts, asked), period, group_by)
    return {(one.code, one.currency): one for one in found}


def _value(measure: Measure) -> Fraction | None:
    return measure.value(measure.whole)


FACTS = (
    _posted("charge", "2025-12-01", 10_000, "billed"),
    _posted("adjudication", "2025-12-10", 10_000, "denied"),
    _posted("adjustment", "2025-12-10", 1_000, "contractual"),
    _posted("charge", "2026-03-12", 20_000, "billed"),
    _posted("charge", "2026-03-12", 5_000, "billed", "Organization/b"),
    _posted("adjudication", "2026-03-15", 20_000, "paid"),
    _posted("adjudication", "2026-03-15", 5_000, "partial", "Organization/b"),
    _posted("adjudication", "2026-03-16", 5_000, "denied", "Organization/b"),
    _posted("payment", "2026-04-01", 8_000, "insurer"),
    _posted("payment", "2026-04-02", 2_000, "patient", "Organization/b"),
    _posted("payment", "2026-04-02", -500, "unallocated"),
)


def test_rates_are_of_the_claims_adjudicated_in_the_period() -> None:
    found = _measures(FACTS, SPRING)
    approval, denial = found[("claim-approval-rate", "")], found[("claim-denial-rate", "")]
    assert approval.whole == Ratio(Part(2), Part(3))
    assert (_value(approval), _value(denial)) == (Fraction(2, 3), Fraction(1, 3))


def test_days_in_receivables_are_what_is_owed_over_an_average_day() -> None:
    found = _measures(FACTS, SPRING)[("days-in-accounts-receivable", "USD")]
    assert found.whole.numerator.amount == Decimal("240.00")
    assert found.whole.denominator == Part(2, Decimal("250.00"))
    assert _value(found) == Fraction(240 * 90, 250)


def test_collections_are_all_payments_of_the_period_less_what_was_taken_back() -> None:
    found = _measures(FACTS, SPRING)[("total-collections", "USD")]
    assert found.whole == Ratio(Part(3, Decimal("95.00")))
    assert _value(found) == 95


def test_without_facts_a_rate_has_no_value_and_collections_are_nothing() -> None:
    found = _measures(())
    assert {code: _value(one) for (code, _), one in found.items()} == {
        "claim-approval-rate": None,
        "claim-denial-rate": None,
        "days-in-accounts-receivable": None,
        "total-collections": 0,
    }


def test_without_recent_charges_days_have_no_value_though_something_is_owed() -> None:
    found = _measures(FACTS, YEAR)[("days-in-accounts-receivable", "USD")]
    assert found.whole == Ratio(Part(6, Decimal("240.00")), Part())
    assert _value(found) is None


def test_groups_are_those_that_have_facts() -> None:
    found = _measures(FACTS, SPRING, "payer")
    days = found[("days-in-accounts-receivable", "USD")].groups
    assert {name: (one.numerator.amount, one.denominator and one.denominator.amount) for name, one in days.items()} == {
        "Organization/a": (Decimal("210.00"), Decimal("200.00")),
        "Organization/b": (Decimal("30.00"), Decimal("50.00")),
    }
    rates = found[("claim-denial-rate", "")].groups
    assert rates == {"Organization/a": Ratio(Part(0), Part(1)), "Organization/b": Ratio(Part(1), Part(2))}


def test_by_month_receivables_are_of_the_end_of_each_month_or_of_the_period() -> None:
    found = _measures(FACTS, SPRING, "month")
    days = found[("days-in-accounts-receivable", "USD")]
    assert {
        name: (one.numerator.amount, one.denominator and one.denominator.amount) for name, one in days.groups.items()
    } == {
        "2026-03": (Decimal("340.00"), Decimal("250.00")),
        "2026-04": (Decimal("240.00"), Decimal("250.00")),
        "2026-05": (Decimal("240.00"), Decimal("250.00")),
    }
    assert days.whole == days.groups["2026-05"]
    assert found[("total-collections", "USD")].groups == {
        "2026-03": Ratio(Part()),
        "2026-04": Ratio(Part(3, Decimal("95.00"))),
        "2026-05": Ratio(Part()),
    }


def test_currencies_are_never_added() -> None:
    euros = (*FACTS, _posted("charge", "2026-04-01", 900, "billed", currency="JPY"))
    found = _measures(euros, SPRING)
    assert found[("days-in-accounts-receivable", "JPY")].whole.numerator == Part(1, Decimal(900))
    assert (
        found[("days-in-accounts-receivable", "USD")]
        == _measures(FACTS, SPRING)[("days-in-accounts-receivable", "USD")]
    )


IMPORTED = (
    _told("charge", "2026-03-12", "28.104000000000003", "billed"),
    _told("charge", "2026-03-13", "10", "captured"),
    _told("charge", "2026-03-13", "5", "billed", ""),
    _told("payment", "2026-03-14", "0.1", "explained"),
    _told("payment", "2026-03-14", "0.2", "explained"),
    _told("payment", "2026-03-14", "7", "reconciled"),
    _told("payment", "2026-03-14", "7", "noticed"),
    _told("adjudication", "2026-03-14", "28", "paid"),
    _told("adjudication", "2026-03-14", "28", ""),
)


def test_what_is_imported_is_reported_apart_and_changes_nothing_else() -> None:
    found = _measures((*FACTS, *IMPORTED), SPRING)
    ours = _measures(FACTS, SPRING)
    assert {key: one for key, one in found.items() if not key[0].startswith("imported-")} == ours
    assert {key: one.whole for key, one in found.items() if key[0].startswith("imported-")} == {
        ("imported-claim-approval-rate", ""): Ratio(Part(1), Part(1)),
        ("imported-claim-denial-rate", ""): Ratio(Part(0), Part(1)),
        ("imported-charges-billed", ""): Ratio(Part(1, Decimal(5))),
        ("imported-charges-billed", "USD"): Ratio(Part(1, Decimal("28.104000000000003"))),
        ("imported-charges-captured", "USD"): Ratio(Part(1, Decimal(10))),
        ("imported-payments-explained", "USD"): Ratio(Part(2, Decimal("0.3"))),
        ("imported-payments-reconciled", "USD"): Ratio(Part(1, Decimal(7))),
        ("imported-payments-noticed", "USD"): Ratio(Part(1, Decimal(7))),
    }


def test_what_is_asked_of_the_store() -> None:
    assert questions.queries(SPRING, "payer", LATER) == {
        "period": FactQuery(("charge", "adjudication", "payment"), "2026-03-10", "2026-05-20", "payer"),
        "balance": FactQuery(("charge", "adjustment", "payment"), "0001-01-01", "2026-05-20", "payer"),
        "recent": FactQuery(("charge",), "2026-02-20", "2026-05-20", "payer"),
    }
    by_month = questions.queries(SPRING, "month", LATER)
    assert by_month["recent"] == FactQuery(("charge",), "2026-02-20", "2026-05-20", "")
    assert {name: one.end for name, one in by_month.items() if name.startswith("recent ")} == {
        "recent 2026-03": "2026-03-31",
        "recent 2026-04": "2026-04-30",
        "recent 2026-05": "2026-05-20",
    }


@pytest.mark.parametrize("group_by", ["", "payer", "month"])
def test_days_that_are_still_to_come_bring_nothing(group_by: str) -> None:
    today = date(2026, 4, 10)
    found = _measures(FACTS, YEAR, group_by, today)[("days-in-accounts-receivable", "USD")]
    so_far = _measures(FACTS, Days(YEAR.first, today), group_by)[("days-in-accounts-receivable", "USD")]
    assert found.whole == so_far.whole == Ratio(Part(6, Decimal("240.00")), Part(2, Decimal("250.00")))
    assert {name: found.groups[name] for name in so_far.groups} == so_far.groups


def test_a_month_that_is_still_to_come_is_as_of_today() -> None:
    found = _measures(FACTS, YEAR, "month", date(2026, 4, 10))[("days-in-accounts-receivable", "USD")].groups
    assert found["2026-12"] == found["2026-05"] == found["2026-04"]
    asked = questions.queries(YEAR, "month", date(2026, 4, 10))
    assert (asked["recent 2026-03"].end, asked["recent 2026-04"].end, asked["recent 2026-12"].end) == (
        "2026-03-31",
        "2026-04-10",
        "2026-04-10",
    )
    assert asked["recent"] == FactQuery(("charge",), "2026-01-11", "2026-04-10", "")


def test_months_run_over_the_end_of_a_year() -> None:
    assert [*questions.months(Days(date(2025, 11, 30), date(2026, 1, 1)))] == ["2025-11", "2025-12", "2026-01"]


@pytest.mark.parametrize(
    ("period", "group_by", "error"),
    [
        (Days(date(2026, 5, 2), date(2026, 5, 1)), "", Invalid),
        (YEAR, "patient", Invalid),
        (Days(date(1990, 1, 1), date(2026, 1, 1)), "month", TooCostly),
    ],
)
def test_what_makes_no_sense_is_refused(period: Days, group_by: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        questions.queries(period, group_by, LATER)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_report_of_the_end_of_the_calendar_is_answered(day: date) -> None:
    assert _measures(FACTS, Days(day, day), "month")


_outcomes = {
    "charge": ("billed",),
    "adjudication": ("paid", "partial", "denied"),
    "adjustment": ("contractual", "denied"),
    "payment": ("insurer", "patient", "unallocated"),
}


@st.composite
def _fact(draw: st.DrawFn) -> Fact:
    kind = draw(st.sampled_from(sorted(_outcomes)))
    return Fact(
        kind,
        (date(2025, 10, 1) + timedelta(draw(st.integers(0, 400)))).isoformat(),
        draw(st.sampled_from(["Organization/a", "Organization/b", ""])),
        draw(st.sampled_from(["Practitioner/p", "Practitioner/q"])),
        draw(st.sampled_from(_outcomes[kind])),
        "USD",
        draw(st.integers(0, 1_000_000)),
    )


@given(st.lists(_fact(), max_size=30), st.sampled_from(["payer", "provider", "month"]))
def test_groups_sum_to_the_whole(facts: list[Fact], group_by: str) -> None:
    grouped, whole = _measures(facts, SPRING, group_by), _measures(facts, SPRING)
    for key, measure in whole.items():
        groups = grouped[key].groups.values()
        assert grouped[key].whole == measure.whole
        if group_by != "month" or measure.unit != "d":
            assert sum((one.numerator for one in groups), Part()) == measure.whole.numerator
            assert sum((one.denominator or Part() for one in groups), Part()) == (measure.whole.denominator or Part())


@given(st.lists(_fact(), max_size=30))
def test_a_recomputation_from_the_facts_agrees(facts: list[Fact]) -> None:
    found = _measures(facts, SPRING)
    inside = [one for one in facts if "2026-03-10" <= one.day <= "2026-05-20"]
    decided = [one for one in inside if one.kind == "adjudication"]
    approved = [one for one in decided if one.outcome != "denied"]
    assert _value(found[("claim-approval-rate", "")]) == (Fraction(len(approved), len(decided)) if decided else None)
    owed = sum(
        one.amount * (1 if one.kind == "charge" else -1)
        for one in facts
        if one.day <= "2026-05-20" and one.kind != "adjudication" and one.outcome != "unallocated"
    )
    days = [one for (code, _), one in found.items() if code == "days-in-accounts-receivable"]
    assert sum(one.whole.numerator.amount for one in days) * 100 == owed
    collected = [one for (code, _), one in found.items() if code == "total-collections"]
    assert sum(one.whole.numerator.amount for one in collected) * 100 == sum(
        one.amount for one in inside if one.kind == "payment"
    )


@given(st.lists(_fact(), max_size=20), _fact())
def test_what_is_posted_later_does_not_change_an_earlier_report(facts: list[Fact], later: Fact) -> None:
    if later.day > "2026-05-20":
        assert _measures([*facts, later], SPRING, "month") == _measures(facts, SPRING, "month")
