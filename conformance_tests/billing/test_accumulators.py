"""http://hl7.org/fhir/R4/explanationofbenefit.html: what posted EOBs have consumed of a plan year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.billing import decisions, plans, resources, strategies
from conformance_tests.billing.amounts import usd
from operations.billing import accumulators, explanation_of_benefit
from operations.billing.accumulators import Used
from operations.billing.categories import concept
from operations.billing.days import Days
from operations.billing.money import Money
from operations.billing.plan import Yearly
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

ANN, BOB = "Patient/ann", "Patient/bob"
EXPLANATION = explanation_of_benefit.build(decisions.decide(resources.CLAIM))


def _explanation(**changes: Json) -> Resource:
    return {**EXPLANATION, **changes}


def _of(day: date, patient: str, *explanations: Resource) -> accumulators.Accumulators:
    return accumulators.of_policy(decisions.PLAN, day, {patient}, explanations)


def test_nothing_is_consumed_of_a_new_year() -> None:
    found = accumulators.opening(decisions.PLAN, decisions.DAY)
    assert found.year == Days(date(2026, 1, 1), date(2026, 12, 31))
    assert (found.member, found.family) == (Used(usd(0), usd(0)), Used(usd(0), usd(0)))
    assert (found.visits, found.ordinal) == ({}, 1)


def test_what_a_member_paid_counts_for_member_and_family() -> None:
    found = _of(decisions.DAY, ANN, EXPLANATION, EXPLANATION)
    assert found.member == found.family == Used(usd("60"), usd("110"))
    assert found.visits == {"98": {date(2026, 3, 2): usd("50")}, "5": {date(2026, 3, 2): usd("0")}}


def test_what_another_of_the_family_paid_counts_for_the_family_alone() -> None:
    found = _of(decisions.DAY, BOB, EXPLANATION)
    assert (found.member, found.family) == (Used(usd(0), usd(0)), Used(usd("30"), usd("55")))
    assert found.visits == {}


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"use": "predetermination"}])
def test_what_is_cancelled_or_only_estimated_consumes_nothing(change: Json) -> None:
    found = _of(decisions.DAY, ANN, _explanation(**change))
    assert found == accumulators.opening(decisions.PLAN, decisions.DAY)


def test_another_years_lines_consume_nothing() -> None:
    items = [{**EXPLANATION["item"][0], "servicedDate": "2025-12-31"}, EXPLANATION["item"][1]]
    assert _of(decisions.DAY, ANN, _explanation(item=items)).member == Used(usd("30"), usd("30"))
    undated = [{"sequence": 1, "productOrService": {"text": "x"}}]
    assert _of(decisions.DAY, ANN, _explanation(item=undated)).member == Used(usd(0), usd(0))


def test_a_plan_in_another_currency_than_what_was_used_of_its_year_is_refused() -> None:
    amount = {"value": 5, "currency": "EUR"}
    wrong = [{**EXPLANATION["item"][0], "adjudication": [{"category": concept("copay"), "amount": amount}]}]
    with pytest.raises(Unprocessable) as caught:
        _of(decisions.DAY, ANN, _explanation(item=wrong))
    assert [(one.diagnostics, one.expression) for one in caught.value.issues] == [
        (
            "the plan is in USD, and what was used of its year is not: what is left of the year cannot be told",
            "InsurancePlan.plan[0]",
        )
    ]


def test_a_denied_line_is_no_visit() -> None:
    built = explanation_of_benefit.build(decisions.decide(decisions.claim(resources.item("S8092", "950.00"))))
    assert _of(decisions.DAY, ANN, built).visits == {}


def test_a_visit_limit_counts_days_over_claims() -> None:
    sessions = [decisions.claim(resources.item("H0031", "140.00", day=f"2026-02-0{number}")) for number in (1, 2, 3)]
    posted: list[Resource] = []
    outcomes = []
    for session in sessions:
        used = _of(decisions.DAY, ANN, *posted)
        decision = decisions.decide(session, used=used)
        posted.append(explanation_of_benefit.build(decision))
        outcomes.append(decision.adjudication.outcome)
    assert outcomes == ["paid", "paid", "denied"]


limits = strategies.amounts()


@given(st.none() | limits, st.none() | limits, limits, limits)
def test_what_is_left_is_never_more_than_either_limit_leaves(
    individual: Money | None, family: Money | None, member: Money, shared: Money
) -> None:
    left = accumulators.remaining(Yearly(individual, family), member, shared)
    pairs = [(one, spent) for one, spent in ((individual, member), (family, shared)) if one is not None]
    expected = [max(0, one.minor - spent.minor) for one, spent in pairs]
    assert (left.minor if left else None) == (min(expected) if expected else None)


@given(strategies.accumulators(), limits, limits)
def test_consumption_only_grows(used: accumulators.Accumulators, deductible: Money, more: Money) -> None:
    after = used.plus(deductible, deductible + more).visited("98", plans.DAY, deductible)
    for before, now in ((used.member, after.member), (used.family, after.family)):
        assert not now.deductible < before.deductible
        assert not now.out_of_pocket < before.out_of_pocket
    assert after.copaid("98", plans.DAY) == used.copaid("98", plans.DAY) + deductible
