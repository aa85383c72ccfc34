"""http://hl7.org/fhir/R4/insuranceplan.html: what a plan promises is read, or refused with its path."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest

from conformance_tests.billing import resources
from conformance_tests.billing.amounts import element, usd
from operations.billing import benefits, days, vocabulary
from operations.billing.days import Days
from operations.billing.plan import Cost, Service, Yearly
from operations.billing.vocabulary import concept
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

YEAR = Days(date(2026, 1, 1), date(2026, 12, 31))


def test_a_plan_is_read_whole() -> None:
    plan = benefits.read(resources.PLAN)
    assert (plan.name, plan.currency, plan.networks, plan.fee_schedule) == (
        "Gold",
        "USD",
        ("Organization/network",),
        resources.FEES,
    )
    assert plan.deductible == Yearly(usd("200"), usd("400"))
    assert plan.out_of_pocket == Yearly(usd("1000"), usd("2000"))
    lab = Cost(coinsurance=Decimal(20), after_deductible=True)
    assert dict(plan.services) == {
        "98": Service(
            "98",
            {"in-network": Cost(copay=usd("25")), "out-of-network": Cost(None, Decimal(40), after_deductible=True)},
        ),
        "5": Service("5", {"in-network": lab, "out-of-network": lab}),
        "62": Service("62", {"in-network": Cost(None, Decimal("12.5"), True)}, authorization=True),
        "MH": Service("MH", dict.fromkeys(("in-network", "out-of-network"), Cost(copay=usd("30"))), visits=2),
    }
    assert resources.problems(resources.PLAN) == []


def test_what_a_plan_does_not_name_it_does_not_promise() -> None:
    assert benefits.read(resources.PLAN).service("35") == Service("35")


@pytest.mark.parametrize(
    ("period", "day", "year"),
    [
        ({}, date(2026, 5, 1), YEAR),
        ({"start": "2020"}, date(2026, 5, 1), YEAR),
        ({"start": "2020-07-01"}, date(2026, 5, 1), Days(date(2025, 7, 1), date(2026, 6, 30))),
        ({"start": "2020-07-01", "end": "2026-03-31"}, date(2026, 3, 1), Days(date(2025, 7, 1), date(2026, 6, 30))),
    ],
)
def test_a_plan_year_begins_on_the_anniversary_of_the_rules(period: Json, day: date, year: Days) -> None:
    plan = deepcopy(resources.PLAN)
    plan["period"] = period
    assert benefits.read(plan).year(day) == year


def test_a_plan_without_a_period_always_holds() -> None:
    plan = deepcopy(resources.PLAN)
    del plan["period"], plan["name"], plan["coverage"]
    found = benefits.read(plan)
    assert (found.name, found.period) == ("", days.ALWAYS)
    assert found.service("62").authorization is False


Change = Callable[[Resource, Resource], object]


def _cost(change: Json, place: int = 0, inner: int = 0) -> Change:
    return lambda plan, terms: terms["specificCost"][0]["benefit"][place]["cost"][inner].update(change)


def _costs(*costs: Resource) -> Change:
    return lambda plan, terms: terms["specificCost"][0]["benefit"][0].update(cost=list(costs))


def _general(change: Json) -> Change:
    return lambda plan, terms: terms["generalCost"][0].update(change)


def _promised(change: Json, place: int = 1) -> Change:
    return lambda plan, terms: plan["coverage"][0]["benefit"][place].update(change)


def _no_amounts(plan: Resource, terms: Resource) -> None:
    del terms["generalCost"]
    terms["specificCost"][0]["benefit"] = [resources.specific("5", resources.percent("20"))]


AREA = {"reference": "Location/colorado"}
UNKNOWN = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "unknown"}]}


def _covering(change: Json) -> Change:
    return lambda plan, terms: plan["coverage"][0].update(change)


def _ungrouped(plan: Resource, terms: Resource) -> None:
    del terms["generalCost"][0]["groupSize"]
    terms["generalCost"][0]["_groupSize"] = UNKNOWN


def _visit(value: Json) -> Resource:
    return {"value": {"value": value}, "code": concept(vocabulary.BENEFIT_TYPE, "visit")}


def _limit(**value: Json) -> Change:
    return _promised({"limit": [{**_visit(2), "value": {"value": 2, **value}}]})


def _authorization(*values: Json) -> Change:
    listed = [{"url": vocabulary.AUTHORIZATION_REQUIRED, **one} for one in values]
    return _promised({"extension": listed}, 0)


def _schedule(*values: Json) -> Change:
    return lambda plan, terms: terms.update(extension=[{"url": vocabulary.FEE_SCHEDULE, **one} for one in values])


def _both(system: str, *codes: str) -> Json:
    """What is coded twice, and not as one thing."""
    return {"coding": [coding for code in codes for coding in concept(system, code)["coding"]]}


GENERAL = "InsurancePlan.plan[0].generalCost[0].type"
AUTHORIZATION = "InsurancePlan.coverage[0].benefit[0].extension"
COSTS, LIMITS = "InsurancePlan.plan[0].specificCost[0].benefit", "InsurancePlan.coverage[0].benefit[1].limit"
REFUSED: list[tuple[Change, str]] = [
    (lambda plan, terms: plan["plan"].append(terms), "InsurancePlan.plan"),
    (lambda plan, terms: plan.pop("plan"), "InsurancePlan.plan"),
    (lambda plan, terms: terms.pop("extension"), "InsurancePlan.plan[0].extension"),
    (lambda plan, terms: terms.update(modifierExtension=[{}]), "InsurancePlan.plan[0].modifierExtension[0]"),
    (lambda plan, terms: plan.update(implicitRules="https://x.example"), "InsurancePlan.implicitRules"),
    (_no_amounts, "InsurancePlan.plan[0]"),
    (_general({"cost": element("200.00", "EUR")}), "InsurancePlan.plan[0]"),
    (_general({"cost": element("200.001")}), "InsurancePlan.plan[0].generalCost[0].cost.value"),
    (lambda plan, terms: terms["generalCost"][0].pop("cost"), "InsurancePlan.plan[0].generalCost[0].cost"),
    (_general({"type": {"text": "Premium"}}), "InsurancePlan.plan[0].generalCost[0].type"),
    (_general({"groupSize": 3}), "InsurancePlan.plan[0].generalCost[1]"),
    (
        lambda plan, terms: terms["specificCost"][0]["benefit"][1].update(type={"text": "Laboratory"}),
        f"{COSTS}[1].type",
    ),
    (
        lambda plan, terms: terms["specificCost"][0]["benefit"][1].update(type=concept(vocabulary.SERVICE_TYPE, "98")),
        f"{COSTS}[1].type",
    ),
    (_promised({"type": concept(vocabulary.SERVICE_TYPE, "62")}), "InsurancePlan.coverage[0].benefit[1].type"),
    (_cost({"type": {"text": "Surprise"}}), f"{COSTS}[0].cost[0].type"),
    (_cost(resources.copay("5.00", "in-network"), 0, 1), f"{COSTS}[0].cost[1].type"),
    (_cost({"applicability": concept(vocabulary.APPLICABILITY, "other")}), f"{COSTS}[0].cost[0].applicability"),
    (_cost({"applicability": {"text": "In network"}}), f"{COSTS}[0].cost[0].applicability"),
    (_cost({"qualifiers": [{"text": "Up to 2 visits"}]}), f"{COSTS}[0].cost[0].qualifiers"),
    (_cost({"value": {"value": 25, "unit": "USD"}}), f"{COSTS}[0].cost[0].value"),
    (
        _cost({"value": {"value": 25, "system": vocabulary.ISO_4217, "code": "USD", "comparator": ">"}}),
        f"{COSTS}[0].cost[0].value",
    ),
    (
        _cost({"value": {"value": Decimal("25.001"), "system": vocabulary.ISO_4217, "code": "USD"}}),
        f"{COSTS}[0].cost[0].value.value",
    ),
    (_cost({"value": {"value": 101, "unit": "%"}}, 1), f"{COSTS}[1].cost[0].value"),
    (_cost({"value": {"value": -1, "unit": "%"}}, 1), f"{COSTS}[1].cost[0].value"),
    (_cost({"value": {"value": 20}}, 1), f"{COSTS}[1].cost[0].value"),
    (_cost({"value": {"unit": "%"}}, 1), f"{COSTS}[1].cost[0].value"),
    (_cost({"value": {"value": 20, "unit": "%", "comparator": "<"}}, 1), f"{COSTS}[1].cost[0].value"),
    (_promised({"limit": [_visit(2), _visit(3)]}), f"{LIMITS}[0]"),
    (_promised({"limit": [_visit(Decimal("2.5"))]}), f"{LIMITS}[0]"),
    (_promised({"limit": [_visit(-1)]}), f"{LIMITS}[0]"),
    (_promised({"limit": [{"value": {"value": 2}, "code": {"text": "nights"}}]}), f"{LIMITS}[0]"),
    (_promised({"limit": [_visit(2_147_483_648)]}), f"{LIMITS}[0]"),
    (_limit(comparator="<"), f"{LIMITS}[0]"),
    (_limit(unit="visits a month"), f"{LIMITS}[0]"),
    (_limit(system=vocabulary.UCUM, code="d"), f"{LIMITS}[0]"),
    (_limit(system="https://x.example", code="{visits}"), f"{LIMITS}[0]"),
    (_limit(unit="visits", system=vocabulary.UCUM, code="wk"), f"{LIMITS}[0]"),
    (_authorization({"valueString": "true"}), AUTHORIZATION),
    (_authorization({"valueBoolean": True}, {"valueBoolean": True}), AUTHORIZATION),
    (_authorization({"_valueBoolean": {"id": "x"}}), AUTHORIZATION),
    (_schedule({"valueString": resources.FEES}), "InsurancePlan.plan[0].extension"),
    (_schedule(*[{"valueUri": resources.FEES}] * 2), "InsurancePlan.plan[0].extension"),
    (_general({"cost": element("-200.00")}), "InsurancePlan.plan[0].generalCost[0].cost.value"),
    (
        lambda plan, terms: terms["generalCost"][2].update(cost=element("-0.01")),
        "InsurancePlan.plan[0].generalCost[2].cost.value",
    ),
    (
        _cost({"value": {"value": -25, "system": vocabulary.ISO_4217, "code": "USD"}}),
        f"{COSTS}[0].cost[0].value.value",
    ),
    (_general({"type": _both(vocabulary.BENEFIT_TYPE_OURS, "out-of-pocket-maximum", "deductible")}), GENERAL),
    (_cost({"type": _both(vocabulary.BENEFIT_TYPE, "copay", "copay-percent")}), f"{COSTS}[0].cost[0].type"),
    (
        _cost({"applicability": _both(vocabulary.APPLICABILITY, "in-network", "out-of-network")}),
        f"{COSTS}[0].cost[0].applicability",
    ),
    (_promised({"type": _both(vocabulary.SERVICE_TYPE, "MH", "35")}), "InsurancePlan.coverage[0].benefit[1].type"),
    (
        _promised({"limit": [{**_visit(2), "code": _both(vocabulary.BENEFIT_TYPE, "visit", "room")}]}),
        f"{LIMITS}[0]",
    ),
    (_covering({"network": [{"reference": "Organization/network"}]}), "InsurancePlan.coverage[0].network"),
    (_promised({"requirement": "A referral"}), "InsurancePlan.coverage[0].benefit[1].requirement"),
    (_promised({"_requirement": UNKNOWN}), "InsurancePlan.coverage[0].benefit[1].requirement"),
    (_limit(_comparator=UNKNOWN), f"{LIMITS}[0].value.comparator"),
    (lambda plan, terms: plan.update(coverageArea=[AREA]), "InsurancePlan.coverageArea"),
    (lambda plan, terms: terms.update(coverageArea=[AREA]), "InsurancePlan.plan[0].coverageArea"),
    (lambda plan, terms: plan.update(period={"_start": UNKNOWN}), "InsurancePlan.period.start"),
    (_ungrouped, "InsurancePlan.plan[0].generalCost[0].groupSize"),
    (
        _cost({"value": {"value": 25, "_comparator": UNKNOWN, "system": vocabulary.ISO_4217, "code": "USD"}}),
        f"{COSTS}[0].cost[0].value.comparator",
    ),
    (_costs(resources.copay("30.00"), resources.percent("20", late=True)), f"{COSTS}[0].cost[1].qualifiers"),
    (_costs(resources.percent("20", late=True), resources.copay("30.00")), f"{COSTS}[0].cost[1].qualifiers"),
    (
        _costs(
            resources.copay("9.00", "out-of-network"),
            resources.copay("30.00", "in-network", late=True),
            resources.percent("20"),
        ),
        f"{COSTS}[0].cost[2].qualifiers",
    ),
    (
        _cost({"qualifiers": [_both(vocabulary.QUALIFIER, "after-deductible", "other")]}),
        f"{COSTS}[0].cost[0].qualifiers",
    ),
]


@pytest.mark.parametrize(("change", "expression"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_path(change: Change, expression: str) -> None:
    plan = deepcopy(resources.PLAN)
    change(plan, plan["plan"][0])
    with pytest.raises(Unprocessable) as caught:
        benefits.read(plan)
    assert [one.expression for one in caught.value.issues] == [expression]


@pytest.mark.parametrize(
    "value", [{}, {"unit": "visit"}, {"unit": "visits"}, {"system": vocabulary.UCUM, "code": "{visits}"}]
)
def test_a_limit_counts_visits_by_any_of_their_units(value: Json) -> None:
    plan = deepcopy(resources.PLAN)
    _limit(**value)(plan, plan["plan"][0])
    assert benefits.read(plan).service("MH").visits == 2


def test_both_costs_of_a_service_may_come_after_the_deductible() -> None:
    plan = deepcopy(resources.PLAN)
    _costs(resources.copay("30.00", late=True), resources.percent("20", late=True))(plan, plan["plan"][0])
    both = Cost(usd("30"), Decimal(20), after_deductible=True)
    assert benefits.read(plan).service("98").costs == dict.fromkeys(("in-network", "out-of-network"), both)


def test_a_service_may_say_that_it_needs_no_authorization() -> None:
    plan = deepcopy(resources.PLAN)
    _authorization({"valueBoolean": False})(plan, plan["plan"][0])
    assert benefits.read(plan).service("62").authorization is False


def test_another_set_of_rules_of_the_plan_that_is_not_understood_is_refused_by_its_name() -> None:
    other = {**resources.PLAN, "id": "earlier", "modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
    with pytest.raises(Unprocessable, match="InsurancePlan/earlier") as caught:
        benefits.read(resources.PLAN, [resources.PLAN, other])
    assert [one.expression for one in caught.value.issues] == ["InsurancePlan.modifierExtension[0]"]


def test_a_network_within_the_plan_is_that_of_nobody_else() -> None:
    plan = deepcopy(resources.PLAN)
    plan["plan"][0]["network"] = [{"reference": "#network"}]
    assert benefits.read(plan).networks == ("Organization/network",)


def test_what_is_told_of_a_value_changes_nothing() -> None:
    plan = deepcopy(resources.PLAN)
    plan["plan"][0]["generalCost"][0]["_groupSize"] = UNKNOWN
    assert benefits.read(plan) == benefits.read(resources.PLAN)


def test_what_is_paid_may_be_nothing() -> None:
    plan = deepcopy(resources.PLAN)
    _general({"cost": element("0.00")})(plan, plan["plan"][0])
    assert benefits.read(plan).deductible.individual == usd("0")
