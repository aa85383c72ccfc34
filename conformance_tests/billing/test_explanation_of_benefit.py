"""http://hl7.org/fhir/R4/explanationofbenefit.html and claimresponse.html: what is said of a decided claim."""

from __future__ import annotations

from copy import deepcopy

import pytest
from hypothesis import given, settings

from conformance_tests.billing import decisions, plans, resources, strategies
from conformance_tests.billing.amounts import element, usd
from operations.billing import (
    accumulators,
    adjudicated,
    categories,
    claim_response,
    explanation_of_benefit,
    places,
    reasons,
    vocabulary,
)
from operations.billing.accumulators import Accumulators
from operations.billing.charges import Charge
from operations.billing.denials import DENIALS
from operations.billing.money import Money, Unbalanced
from operations.billing.plan import OUT_OF_NETWORK, Cost, Terms
from operations.billing.vocabulary import concept
from server.fhir.resource import Json, Resource

BUILDERS = [claim_response.build, explanation_of_benefit.build]


def _totals(built: Resource) -> dict[str, str]:
    return {one["category"]["coding"][0]["code"]: str(one["amount"]["value"]) for one in built["total"]}


def _amounts(item: Json) -> dict[str, str]:
    listed = (one for one in item["adjudication"] if "amount" in one)
    return {one["category"]["coding"][0]["code"]: str(one["amount"]["value"]) for one in listed}


def _reasons(item: Json) -> dict[str, list[str]]:
    listed = (one for one in item["adjudication"] if "reason" in one)
    return {one["category"]["coding"][0]["code"]: [c["code"] for c in one["reason"]["coding"]] for one in listed}


@pytest.mark.parametrize("build", BUILDERS)
def test_lines_and_totals_say_every_amount_and_what_the_patient_owes(build: Json) -> None:
    built = build(decisions.decide(resources.CLAIM))
    visit, lab = built["item"]
    assert _amounts(visit) == {
        "submitted": "120.00",
        "eligible": "90.00",
        "discount": "30.00",
        "copay": "25.00",
        "benefit": "65.00",
        "memberliability": "25.00",
    }
    assert _reasons(visit) == {"discount": ["45", "CO"], "copay": ["3", "PR"], "benefitpaymentstatus": ["innetwork"]}
    assert _amounts(lab) == {
        "submitted": "30.00",
        "eligible": "30.00",
        "deductible": "30.00",
        "benefit": "0.00",
        "memberliability": "30.00",
    }
    assert _totals(built) == {
        "submitted": "150.00",
        "eligible": "120.00",
        "discount": "30.00",
        "deductible": "30.00",
        "copay": "25.00",
        "benefit": "65.00",
        "memberliability": "55.00",
    }
    assert (built["payment"]["date"], built["payment"]["amount"]) == ("2026-03-12", element("65.00"))
    assert (built["outcome"], built["disposition"]) == ("complete", "Every service is covered.")
    assert "processNote" not in built
    assert resources.problems(built) == []


DENIED = decisions.claim(resources.item("S8092", "950.00"), resources.item("G0463", "80.00", sequence=2))


@pytest.mark.parametrize("build", BUILDERS)
def test_a_denied_claim_says_why_and_pays_nothing(build: Json) -> None:
    built = build(decisions.decide(DENIED))
    scan, unknown = built["item"]
    assert _reasons(scan) == {
        "noncovered": ["197", "CO"],
        "adjustmentreason": ["197", "CO"],
        "benefitpaymentstatus": ["innetwork"],
    }
    assert categories.denied(scan)
    assert _amounts(scan)["memberliability"] == "0.00"
    assert _reasons(unknown)["adjustmentreason"] == ["147", "CO"]
    assert [one["noteNumber"] for one in built["item"]] == [[1], [2]]
    assert [(one["number"], one["text"]) for one in built["processNote"]] == [
        (1, reasons.WORDS["197"]),
        (2, reasons.WORDS["147"]),
    ]
    assert "amount" not in built.get("payment", {})
    assert built["disposition"] == "None of the services is covered."
    assert resources.problems(built) == []


@pytest.mark.parametrize("build", BUILDERS)
def test_out_of_network_the_excess_is_the_patients(build: Json) -> None:
    claim = decisions.claim(resources.item("S9083", "120.00"), resources.item("S8092", "9.00", sequence=2))
    built = build(decisions.decide(claim, OUT_OF_NETWORK))
    visit, scan = built["item"]
    assert _reasons(visit)["noncovered"] == ["45", "PR"]
    assert _reasons(visit)["benefitpaymentstatus"] == ["outofnetwork"]
    assert [categories.denied(one) for one in built["item"]] == [False, True]
    assert _amounts(visit)["memberliability"] == "120.00"
    assert _reasons(scan)["adjustmentreason"] == ["242", "PR"]
    assert built["disposition"] == "Some of the services are not covered."
    assert _totals(built)["memberliability"] == "129.00"


MIXED = decisions.claim(resources.item("S9083", "120.00"), resources.item("G0463", "80.00", sequence=2))


@pytest.mark.parametrize(("claim", "status"), [(resources.CLAIM, "paid"), (MIXED, "partiallypaid"), (DENIED, "denied")])
def test_an_explanation_says_whether_the_claim_is_paid_in_the_words_of_carin(claim: Resource, status: str) -> None:
    built = explanation_of_benefit.build(decisions.decide(claim))
    assert built["payment"]["type"] == concept(vocabulary.CARIN_STATUS, status)


def test_a_claim_response_has_a_payment_only_where_there_is_one() -> None:
    paid, denied = (claim_response.build(decisions.decide(one)) for one in (resources.CLAIM, DENIED))
    assert paid["payment"]["type"] == concept(vocabulary.PAYMENT_TYPE, "complete")
    assert "payment" not in denied


NOT_ELIGIBLE = categories.element("eligible", usd("0"))
ADJUSTED = {"category": concept(vocabulary.CARIN_DISCRIMINATOR, "adjustmentreason"), "reason": {"text": "x"}}


@pytest.mark.parametrize(
    ("adjudication", "denied"),
    [
        ([], False),
        ([ADJUSTED], False),
        ([NOT_ELIGIBLE], False),
        ([ADJUSTED, NOT_ELIGIBLE], True),
        ([ADJUSTED, categories.element("eligible", usd("1"))], False),
        ([ADJUSTED, NOT_ELIGIBLE, categories.element("eligible", usd("1"))], False),
        ([ADJUSTED, {"category": categories.concept("eligible"), "amount": {"currency": "USD"}}], False),
        ([ADJUSTED, {"category": categories.concept("eligible")}], False),
        ([categories.status("benefitpaymentstatus", "denied")], True),
    ],
)
def test_a_line_is_denied_where_it_says_so_or_a_reason_leaves_nothing_eligible(
    adjudication: list[Resource], denied: bool
) -> None:
    assert categories.denied({"adjudication": adjudication}) is denied


def test_every_line_says_the_network_in_a_word_that_carin_allows() -> None:
    """C4BBPayerBenefitPaymentStatus, a required binding, has these and `other`."""
    for network, expected in (("in-network", "innetwork"), ("out-of-network", "outofnetwork")):
        built = explanation_of_benefit.build(decisions.decide(resources.CLAIM, network))
        assert {_reasons(one)["benefitpaymentstatus"][0] for one in built["item"]} == {expected}


def test_an_explanation_repeats_its_claim() -> None:
    claim = decisions.claim(
        subType=concept("https://x.example", "x"),
        supportingInfo=[
            {"sequence": 1, "category": {"text": "a"}, "reason": concept("https://x.example", "r")},
            {"sequence": 2, "category": {"text": "b"}, "reason": {"text": "only words"}},
            {"sequence": 3, "category": {"text": "c"}, "valueString": "told"},
        ],
        insurance=[{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/own"}, "preAuthRef": ["A-1"]}],
    )
    built = explanation_of_benefit.build(decisions.decide(claim))
    for name in ("type", "subType", "use", "patient", "billablePeriod", "careTeam", "diagnosis"):
        assert built[name] == claim[name]
    assert built["provider"] == {
        **claim["provider"],
        "identifier": {"system": vocabulary.NPI, "value": decisions.NPI},
    }
    assert built["claim"] == {"reference": "Claim/one"}
    assert built["claimResponse"] == {"reference": "ClaimResponse/response"}
    assert [one.get("reason") for one in built["supportingInfo"]] == [
        {"system": "https://x.example", "code": "r"},
        None,
        None,
    ]
    assert built["insurance"] == [{"focal": True, "coverage": {"reference": "Coverage/own"}, "preAuthRef": ["A-1"]}]
    assert [one["category"] for one in built["item"]] == [
        concept(vocabulary.SERVICE_TYPE, "98"),
        concept(vocabulary.SERVICE_TYPE, "5"),
    ]
    assert built["identifier"] == [
        {
            "type": concept(vocabulary.CARIN_IDENTIFIER, "uc"),
            "system": vocabulary.CLAIM_NUMBER,
            "value": "explanation",
        },
        places.of_policy("Organization/payer#W1", 1),
        places.of_patient(claim["patient"]["reference"], 1),
    ]
    assert built["adjudication"] == [categories.status("billingnetworkstatus", "innetwork")]
    assert built["payee"] == {"type": concept(vocabulary.PAYEE, "provider"), "party": claim["provider"]}
    assert resources.problems(built) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, {"start": "2026-03-01", "end": "2026-03-04"}),
        ({"start": "2026-02-01"}, {"start": "2026-02-01", "end": "2026-03-04"}),
    ],
)
def test_a_period_that_the_claim_does_not_say_is_that_of_its_lines(said: Json, expected: Json) -> None:
    stay = {**resources.item("S9083", "1.00"), "servicedPeriod": {"start": "2026-03-02", "end": "2026-03-04"}}
    del stay["servicedDate"]
    claim = decisions.claim(stay, resources.item("P9612", "1.00", sequence=2, day="2026-03-01"), billablePeriod=said)
    assert explanation_of_benefit.build(decisions.decide(claim))["billablePeriod"] == expected


def test_an_explanation_says_what_is_used_of_the_year() -> None:
    built = explanation_of_benefit.build(decisions.decide(resources.CLAIM))
    assert built["benefitPeriod"] == {"start": "2026-01-01", "end": "2026-12-31"}
    assert [one["unit"]["coding"][0]["code"] for one in built["benefitBalance"]] == ["individual", "family"]
    (deductible, maximum), (shared, _) = (one["financial"] for one in built["benefitBalance"])
    assert (deductible["allowedMoney"], deductible["usedMoney"]) == (element("200.00"), element("30.00"))
    assert (maximum["allowedMoney"], maximum["usedMoney"]) == (element("1000.00"), element("55.00"))
    assert shared["allowedMoney"] == element("400.00")


def test_without_limits_nothing_is_said_of_them() -> None:
    terms = plans.terms(plans.plan({"98": plans.service(Cost())}))
    opened = accumulators.opening(terms.plan, plans.DAY)
    built = explanation_of_benefit.build(decisions.of_charges([plans.charge("10.00")], terms, opened))
    assert "benefitBalance" not in built


def test_the_insurer_and_the_payee_are_those_of_the_claim_first() -> None:
    claim = {name: value for name, value in resources.CLAIM.items() if name != "insurer"}
    claim["payee"] = {"type": {**concept(vocabulary.PAYEE, "provider"), "text": "x"}}
    built = claim_response.build(decisions.decide(claim))
    assert built["insurer"] == {"reference": "Organization/payer"}
    assert built["payeeType"] == claim["payee"]["type"]
    assert claim_response.build(decisions.decide({**claim, "subType": {"text": "x"}}))["subType"] == {"text": "x"}


def test_every_reason_has_words_of_our_own() -> None:
    codes = {why.code for _, why in DENIALS} | {"1", "2", "3", "45"}
    assert codes == set(reasons.WORDS)
    assert {why.group for _, why in DENIALS} == {reasons.CONTRACTUAL, reasons.PATIENT}


def test_a_claim_is_not_changed_by_what_is_built_of_it() -> None:
    claim = deepcopy(resources.CLAIM)
    decision = decisions.decide(claim)
    for build in BUILDERS:
        build(decision)
    assert claim == resources.CLAIM


@pytest.mark.parametrize("name", ["submitted", "benefit", "memberliability", "copay"])
def test_a_total_that_is_not_the_sum_of_its_parts_is_never_said(name: str) -> None:
    built = explanation_of_benefit.build(decisions.decide(resources.CLAIM))
    others = [one for one in built["total"] if one["category"] != categories.concept(name)]
    wrong = categories.element(name, usd("0.01"))
    with pytest.raises(Unbalanced):
        adjudicated.balanced({**built, "total": [*others, wrong]})


@settings(max_examples=40)
@given(strategies.charges(), strategies.terms, strategies.accumulators())
def test_whatever_is_decided_is_valid_and_balances(
    charges: tuple[Charge, ...], terms: Terms, used: Accumulators
) -> None:
    decision = decisions.of_charges(charges, terms, used)
    for build in BUILDERS:
        built = build(decision)
        assert resources.problems(built) == []
        said = {name: _said(built, name) for name in adjudicated.AMOUNTS}
        assert said["submitted"] == said["eligible"] + said["discount"] + said["noncovered"]
        assert said["eligible"] == said["benefit"] + said["deductible"] + said["copay"] + said["coinsurance"]
        assert not said["submitted"] < said["benefit"] + said["memberliability"]


@given(strategies.charges(), strategies.terms)
def test_what_an_explanation_says_is_what_was_consumed(charges: tuple[Charge, ...], terms: Terms) -> None:
    opened = accumulators.opening(terms.plan, plans.DAY)
    decision = decisions.of_charges(charges, terms, opened)
    built = explanation_of_benefit.build(decision)
    found = accumulators.of_policy(terms.plan, plans.DAY, {"Patient/ann"}, [built])
    after = decision.adjudication.after
    assert (found.member, found.family, found.visits) == (after.member, after.family, after.visits)


def _said(built: Resource, name: str) -> Money:
    return categories.amount(built["total"], name, "total", "USD")
