"""http://hl7.org/fhir/R4/coverageeligibilityresponse.html: what a plan pays for, and what the member pays."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.billing import decisions, plans, resources, strategies
from conformance_tests.billing.amounts import element, usd
from operations.billing import accumulators, asked, benefits, eligibility, vocabulary
from operations.billing.accumulators import Accumulators
from operations.billing.days import Days
from operations.billing.eligibility import Inquiry
from operations.billing.plan import IN_NETWORK, NETWORKS, OUT_OF_NETWORK, Cost, Plan, Yearly
from operations.billing.vocabulary import concept
from profiles import load
from server.fhir.resource import Json, Resource

DAY = date(2026, 3, 2)
NOW = "2026-03-10T09:00:00Z"
OPENED = accumulators.opening(decisions.PLAN, DAY)


def _inquiry(*codes: str, network: str = "", used: Accumulators = OPENED, covered: Json = None) -> Inquiry:
    request = eligibility.request(resources.COVERAGE, DAY, "asked", NOW, codes, {"reference": "Practitioner/doc"})
    return Inquiry(request, covered or resources.COVERAGE, Days(DAY, DAY), decisions.PLAN, used, network)


def _answer(inquiry: Inquiry) -> Resource:
    built = eligibility.respond(inquiry, "answered", NOW)
    assert resources.problems(inquiry.request) == []
    assert resources.problems(built) == []
    return built


def _items(built: Resource) -> list[tuple[str, str, str]]:
    return [(_code(one["category"]), _code(one.get("network", {})), _code(one["unit"])) for one in _insurance(built)]


def _insurance(built: Resource) -> list[Resource]:
    items: list[Resource] = built["insurance"][0].get("item", [])
    return items


def _code(value: Json) -> str:
    return str(value["coding"][0]["code"]) if value else ""


def _benefits(item: Resource) -> dict[str, Json]:
    shown = {_code(one["type"]): {k: v for k, v in one.items() if k != "type"} for one in item.get("benefit", ())}
    return dict(shown)


def test_the_answer_names_the_question() -> None:
    built = _answer(_inquiry())
    assert {name: built[name] for name in ("resourceType", "id", "status", "outcome", "created")} == {
        "resourceType": "CoverageEligibilityResponse",
        "id": "answered",
        "status": "active",
        "outcome": "complete",
        "created": NOW,
    }
    assert built["request"] == {"reference": "CoverageEligibilityRequest/asked"}
    assert built["purpose"] == ["validation", "benefits", "auth-requirements"]
    assert (built["patient"], built["insurer"]) == ({"reference": "Patient/ann"}, {"reference": "Organization/payer"})
    assert built["requestor"] == {"reference": "Practitioner/doc"}
    assert built["disposition"] == "The coverage is in force on 2026-03-02."


def test_the_whole_plan_is_told_where_nothing_is_asked() -> None:
    built = _answer(_inquiry())
    assert _items(built) == [
        ("30", "", "individual"),
        ("30", "", "family"),
        ("98", "in", "individual"),
        ("98", "out", "individual"),
        ("5", "in", "individual"),
        ("5", "out", "individual"),
        ("62", "in", "individual"),
        ("62", "out", "individual"),
        ("MH", "in", "individual"),
        ("MH", "out", "individual"),
    ]
    assert built["insurance"][0]["inforce"] is True
    assert built["insurance"][0]["benefitPeriod"] == {"start": "2026-01-01", "end": "2026-12-31"}


def test_asking_for_the_plan_as_a_whole_asks_for_all() -> None:
    assert _items(_answer(_inquiry("30"))) == _items(_answer(_inquiry()))


def test_yearly_amounts_say_what_is_used_and_remains() -> None:
    used = OPENED.plus(usd("30"), usd("55"))
    individual, family = _insurance(_answer(_inquiry("98", used=used)))[:2]
    assert _benefits(individual) == {
        "deductible": {
            "extension": [{"url": vocabulary.BENEFIT_REMAINING, "valueMoney": element("170.00")}],
            "allowedMoney": element("200.00"),
            "usedMoney": element("30.00"),
        },
        "out-of-pocket-maximum": {
            "extension": [{"url": vocabulary.BENEFIT_REMAINING, "valueMoney": element("945.00")}],
            "allowedMoney": element("1000.00"),
            "usedMoney": element("55.00"),
        },
    }
    assert _code(family["term"]) == "annual"
    assert _benefits(family)["deductible"]["extension"][0]["valueMoney"] == element("370.00")


def test_a_category_says_what_the_member_pays_in_the_network_asked_for() -> None:
    (office,) = _insurance(_answer(_inquiry("98", network=IN_NETWORK)))[2:]
    assert (office["excluded"], office["authorizationRequired"], _code(office["network"])) == (False, False, "in")
    assert _benefits(office) == {"copay": {"allowedMoney": element("25.00")}}
    (outside,) = _insurance(_answer(_inquiry("98", network=OUT_OF_NETWORK)))[2:]
    assert _benefits(outside) == {
        "deductible": {"allowedString": "applies first"},
        "copay-percent": {"allowedUnsignedInt": 40},
    }


def test_a_category_says_that_it_needs_authorization_and_a_percentage_that_is_not_whole() -> None:
    scan, outside = _insurance(_answer(_inquiry("62")))[2:]
    assert scan["authorizationRequired"] is True
    assert _benefits(scan)["copay-percent"] == {"allowedString": "12.5"}
    assert (outside["excluded"], "benefit" in outside, "authorizationRequired" in outside) == (True, False, False)


def test_a_category_says_how_many_visits_are_used() -> None:
    used = OPENED.visited("MH", DAY, usd("30"))
    session = _insurance(_answer(_inquiry("MH", network=IN_NETWORK, used=used)))[2]
    assert _benefits(session)["visit"] == {"allowedUnsignedInt": 2, "usedUnsignedInt": 1}


def test_a_category_that_the_plan_does_not_name_is_excluded() -> None:
    dental = _insurance(_answer(_inquiry("35", "35", network=IN_NETWORK)))[2:]
    assert [(one["excluded"], _code(one["category"])) for one in dental] == [(True, "35")]


def test_a_service_without_cost_to_the_member_has_no_benefit_to_tell() -> None:
    plan = replace(decisions.PLAN, services={"98": plans.service(Cost())}, deductible=Yearly())
    found = _insurance(_answer(replace(_inquiry("98", network=IN_NETWORK), plan=plan)))[-1]
    assert (found["excluded"], "benefit" in found) == (False, False)


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"period": {"end": "2026-03-01"}}])
def test_a_coverage_that_is_not_in_force_has_no_benefits(change: Json) -> None:
    built = _answer(_inquiry(covered={**resources.COVERAGE, **change}))
    assert built["insurance"] == [{"coverage": {"reference": "Coverage/own"}, "inforce": False}]
    assert built["disposition"] == "The coverage is not in force on 2026-03-02."
    assert (built["outcome"], "error" in built) == ("complete", False)


def test_an_unknown_plan_is_an_error() -> None:
    built = _answer(replace(_inquiry(), plan=None, used=None))
    assert built["outcome"] == "error"
    assert [_code(one["code"]) for one in built["error"]] == ["plan-unknown"]
    assert built["insurance"] == [{"coverage": {"reference": "Coverage/own"}, "inforce": True}]
    assert eligibility.ERRORS["plan-unknown"] in built["disposition"]


def test_a_service_asked_for_by_other_codes_is_left_out_and_said() -> None:
    inquiry = _inquiry("98", network=IN_NETWORK)
    request = deepcopy(inquiry.request)
    request["item"].append({"productOrService": concept(vocabulary.HCPCS, "S9083")})
    built = _answer(replace(inquiry, request=request))
    assert built["outcome"] == "partial"
    assert [_code(one["code"]) for one in built["error"]] == ["category-unknown"]
    assert [one[0] for one in _items(built)] == ["30", "30", "98"]


@pytest.mark.parametrize(
    ("within", "change"),
    [
        ("item", {"productOrService": concept(vocabulary.HCPCS, "S9083")}),
        ("item", {"modifier": [concept(vocabulary.HCPCS, "26")]}),
        ("item", {"quantity": {"value": 2}}),
        ("item", {"unitPrice": element("90.00")}),
        ("item", {"facility": {"reference": "Location/office"}}),
        ("item", {"diagnosis": [{"diagnosisCodeableConcept": concept(vocabulary.ICD_10_CM, "J00")}]}),
        ("item", {"detail": [{"reference": "ServiceRequest/1"}]}),
        ("item", {"supportingInfoSequence": [1]}),
        ("insurance", {"businessArrangement": "B-1"}),
        ("", {"facility": {"reference": "Location/office"}}),
        ("", {"supportingInfo": [{"sequence": 1, "information": {"reference": "Observation/1"}}]}),
    ],
)
def test_what_a_request_says_beside_the_category_is_left_out_and_said(within: str, change: Resource) -> None:
    inquiry = _inquiry("98", network=IN_NETWORK)
    request = deepcopy(inquiry.request)
    (request[within][0] if within else request).update(change)
    built = _answer(replace(inquiry, request=request))
    assert (built["outcome"], [_code(one["code"]) for one in built["error"]]) == ("partial", ["details-unused"])
    assert eligibility.ERRORS["details-unused"] in built["disposition"]
    plain = _answer(inquiry)
    assert built["insurance"] == plain["insurance"]
    in_force = _answer(replace(inquiry, request={**request, "purpose": ["validation"]}))
    assert (in_force["outcome"], "error" in in_force) == ("complete", False)


def test_an_item_may_say_again_who_provides_all() -> None:
    inquiry = _inquiry("98", network=IN_NETWORK)
    request = deepcopy(inquiry.request)
    request["item"][0]["provider"] = request["provider"]
    people = frozenset((request["patient"]["reference"],))
    assert asked.issues(request, resources.known(resources.COVERAGE, resources.PROVIDER), people) == ()
    assert _answer(replace(inquiry, request=request))["outcome"] == "complete"


def test_the_errors_of_an_answer_are_those_of_their_code_system() -> None:
    (system,) = (one for one in load.published() if one.get("url") == vocabulary.ELIGIBILITY_ERROR)
    assert {one["code"]: one["definition"] for one in system["concept"]} == eligibility.ERRORS
    assert system["count"] == len(eligibility.ERRORS)


def test_whether_cover_is_in_force_alone_is_answered_alone() -> None:
    inquiry = _inquiry()
    request = {name: value for name, value in inquiry.request.items() if name != "provider"}
    built = _answer(replace(inquiry, request={**request, "purpose": ["validation"]}))
    assert built["insurance"][0]["inforce"] is True
    assert "item" not in built["insurance"][0]
    assert "requestor" not in built
    assert built["purpose"] == ["validation"]


@given(strategies.any_plan(), strategies.accumulators(), st.sampled_from(["", *NETWORKS]), st.data())
def test_any_plan_is_told_in_a_valid_answer(plan: Plan, used: Accumulators, network: str, data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.sampled_from(["30", *strategies.CATEGORIES, "35"]), max_size=3))
    built = _answer(replace(_inquiry(*codes, network=network), plan=plan, used=used))
    for item in _insurance(built):
        for one in item.get("benefit", ()):
            if "usedMoney" in one:
                left = one["allowedMoney"]["value"] - one["usedMoney"]["value"]
                assert one["extension"][0]["valueMoney"]["value"] == max(0, left)


def test_a_plan_that_is_read_from_its_resource_is_told() -> None:
    assert benefits.read(resources.PLAN) == decisions.PLAN
