"""http://hl7.org/fhir/R4/chargeitemdefinition.html: fee schedules, and the charges they price."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest

from conformance_tests.billing import resources
from conformance_tests.billing.amounts import element, usd
from operations.billing import charges, fees, vocabulary
from operations.billing.fees import Fee
from operations.billing.vocabulary import concept
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

DAY = date(2026, 3, 2)
SCHEDULE = fees.read(resources.SCHEDULE, resources.FEES, "USD")


def _price(found: Fee | None) -> Decimal | None:
    return found.price if found else None


@pytest.mark.parametrize("row", resources.SCHEDULE, ids=lambda row: str(row["id"]))
def test_a_row_is_valid_r4(row: Resource) -> None:
    assert resources.problems(row) == []


def test_the_fee_of_a_code_holds_in_its_period() -> None:
    found = SCHEDULE.fee(resources.item("S9083", "1.00"), DAY)
    assert found is not None
    assert (found.price, found.currency, found.category) == (Decimal("90.00"), "USD", "98")
    assert SCHEDULE.fee(resources.item("S9083", "1.00"), date(2027, 1, 1)) is None
    assert SCHEDULE.fee(resources.item("G0463", "1.00"), DAY) is None


def test_a_modifier_that_is_priced_comes_first_wherever_it_stands() -> None:
    schedule = fees.read([*resources.SCHEDULE, resources.fee("S9083-26", "40.00")], resources.FEES, "USD")
    item = resources.item("S9083", "1.00")
    assert _price(schedule.fee(item, DAY)) == Decimal("90.00")
    for codes in (["26"], ["59", "26"], ["26", "59"]):
        modified = {**item, "modifier": [concept(vocabulary.HCPCS, code) for code in codes]}
        assert _price(schedule.fee(modified, DAY)) == Decimal("40.00")
    assert _price(schedule.fee({**item, "modifier": [{"text": "?"}]}, DAY)) == Decimal("90.00")


def test_two_fees_of_one_day_are_both_found() -> None:
    schedule = fees.read([*resources.SCHEDULE, resources.fee("S9083", "95.00")], resources.FEES, "USD")
    found = schedule.fees(resources.item("S9083", "1.00"), DAY)
    assert [one.price for one in found] == [Decimal("90.00"), Decimal("95.00")]


def test_retired_rows_and_those_of_other_schedules_are_left_out() -> None:
    retired = {**resources.fee("S9083", "95.00"), "status": "retired"}
    other = {**resources.fee("S9083", "95.00"), "identifier": [{"system": "https://other.example", "value": "S9083"}]}
    assert fees.read([retired, other], resources.FEES, "USD").rows == {}


def test_a_row_that_is_only_a_trial_is_left_out() -> None:
    trial = {**resources.fee("S9083", "95.00"), "experimental": True}
    assert fees.read([trial], resources.FEES, "USD").rows == {}
    meant = {**trial, "experimental": False}
    assert fees.read([meant], resources.FEES, "USD").fee(resources.item("S9083", "1.00"), DAY) is not None


def test_a_fee_says_its_category_and_period_or_not() -> None:
    bare = resources.fee("S9083", "90.00")
    del bare["extension"], bare["effectivePeriod"]
    found = fees.read([bare], resources.FEES, "USD").fee(resources.item("S9083", "1.00"), date(1999, 1, 1))
    assert found is not None
    assert found.category == ""


def _category(**value: Json) -> Json:
    return {"url": vocabulary.SERVICE_CATEGORY, **value}


GROUP = {"priceComponent": [{"type": "base", "amount": element("90.00")}]}


@pytest.mark.parametrize(
    "change",
    [
        {"propertyGroup": []},
        {"propertyGroup": [{"priceComponent": [{"type": "base"}]}]},
        {"propertyGroup": [{"priceComponent": [{"type": "base", "amount": element("90.00", "EUR")}]}]},
        {"propertyGroup": [{"priceComponent": [{"type": "base", "amount": element("-1.00")}]}]},
        {"propertyGroup": [{"priceComponent": [{"type": "base", "amount": element("1E+40")}]}]},
        {"propertyGroup": [{"priceComponent": [{"type": "base", "factor": 2, "amount": element("90.00")}]}]},
        {"propertyGroup": [{"priceComponent": [{"type": "surcharge", "amount": element("90.00")}]}]},
        {"propertyGroup": [GROUP, {"priceComponent": [{"type": "deduction", "amount": element("9.00")}]}]},
        {"propertyGroup": [GROUP, GROUP]},
        {"propertyGroup": [{"priceComponent": [{"amount": element("90.00")}]}]},
        {"propertyGroup": [{**GROUP, "applicability": [{"expression": "true"}]}]},
        {"applicability": [{"expression": "true"}]},
        {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
        {"propertyGroup": [{**GROUP, "modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}]},
        {"implicitRules": "https://x.example"},
        {"extension": [_category(valueCoding=concept(vocabulary.SERVICE_TYPE, "98")["coding"][0])]},
        {"extension": [_category(valueCodeableConcept={"text": "Office visit"})]},
        {"extension": [_category(valueCodeableConcept=concept(vocabulary.SERVICE_TYPE, "98"))] * 2},
        {
            "extension": [
                _category(
                    valueCodeableConcept={
                        "coding": [{"system": vocabulary.SERVICE_TYPE, "code": code} for code in ("98", "5")]
                    }
                )
            ]
        },
    ],
)
def test_a_price_that_is_not_simple_is_none(change: Json) -> None:
    row = {**resources.fee("S9083", "90.00"), **change}
    (found,) = fees.read([row], resources.FEES, "USD").fees(resources.item("S9083", "1.00"), DAY)
    assert found.price is None
    with pytest.raises(Unprocessable):
        found.times(Decimal(1))


UNKNOWN = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "unknown"}]}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"instance": [{"display": "only a certain drug"}]}, "instance"),
        ({"useContext": [{"code": {"code": "age"}, "valueQuantity": {"value": 65, "comparator": ">="}}]}, "useContext"),
        ({"jurisdiction": [concept("urn:iso:std:iso:3166:-2", "US-CO")]}, "jurisdiction"),
        ({"applicability": [{"expression": "true"}]}, "applicability"),
        ({"propertyGroup": [{**GROUP, "applicability": [{"expression": "true"}]}]}, "propertyGroup[0].applicability"),
        ({"code": concept(vocabulary.HCPCS, "G0463")}, "code"),
        ({"_experimental": UNKNOWN}, "experimental"),
        ({"effectivePeriod": {"start": "2026-01-01", "_end": UNKNOWN}}, "effectivePeriod.end"),
        (
            {"propertyGroup": [{"priceComponent": [{**GROUP["priceComponent"][0], "_factor": UNKNOWN}]}]},
            "propertyGroup[0].priceComponent[0].factor",
        ),
        ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "modifierExtension[0]"),
        ({"propertyGroup": [GROUP, GROUP]}, "propertyGroup"),
        ({"extension": [_category(valueCodeableConcept={"text": "Office visit"})]}, "extension"),
    ],
)
def test_a_fee_that_cannot_be_used_says_what_is_not_understood(change: Json, fault: str) -> None:
    row = {**resources.fee("S9083", "90.00"), **change}
    (found,) = fees.read([row], resources.FEES, "USD").fees(resources.item("S9083", "1.00"), DAY)
    assert (found.price, found.fault) == (None, f"ChargeItemDefinition.{fault}")


@pytest.mark.parametrize("row", ["S9083", "S9083-26"])
@pytest.mark.parametrize("code", [concept(vocabulary.HCPCS, "S9083"), {"text": "Urgent visit"}])
def test_a_fee_may_say_again_which_code_it_is_for(row: str, code: Json) -> None:
    item = {**resources.item("S9083", "1.00"), "modifier": [concept(vocabulary.HCPCS, "26")]}
    schedule = fees.read([{**resources.fee(row, "90.00"), "code": code}], resources.FEES, "USD")
    found = schedule.fee(item, DAY)
    assert found is not None
    assert (found.price, found.fault) == (Decimal("90.00"), "")


def test_an_informational_price_changes_nothing() -> None:
    told = {"priceComponent": [{"type": "informational", "amount": element("120.00")}]}
    row = {**resources.fee("S9083", "90.00"), "propertyGroup": [GROUP, told]}
    assert _price(fees.read([row], resources.FEES, "USD").fee(resources.item("S9083", "1"), DAY)) == Decimal("90.00")


def test_a_claims_lines_become_charges() -> None:
    visit, lab = charges.of_claim(resources.CLAIM, SCHEDULE)
    assert (visit.sequence, visit.day, visit.category, visit.submitted, visit.allowed) == (
        1,
        DAY,
        "98",
        usd("120"),
        usd("90"),
    )
    assert (lab.category, lab.quantity, lab.submitted, lab.allowed) == ("5", Decimal(3), usd("30"), usd("30"))
    assert not visit.authorized
    assert charges.total(resources.CLAIM) == usd("150")


def test_an_authorization_of_the_focal_insurance_counts_for_every_line() -> None:
    claim = deepcopy(resources.CLAIM)
    claim["insurance"][0]["preAuthRef"] = ["A-1"]
    assert all(one.authorized for one in charges.of_claim(claim, SCHEDULE))
    claim["insurance"][0]["preAuthRef"] = [None]
    assert not any(one.authorized for one in charges.of_claim(claim, SCHEDULE))
    claim["insurance"][0].update(focal=False, preAuthRef=["A-1"])
    assert not any(one.authorized for one in charges.of_claim(claim, SCHEDULE))


@pytest.mark.parametrize(
    ("code", "stated", "category"),
    [("S9083", "62", "98"), ("G0463", "62", "62"), ("G0463", "", "1")],
)
def test_the_schedule_says_what_a_service_is_before_the_claim_does(code: str, stated: str, category: str) -> None:
    claim = deepcopy(resources.CLAIM)
    claim["item"] = [resources.item(code, "10.00")]
    if stated:
        claim["item"][0]["category"] = concept(vocabulary.SERVICE_TYPE, stated)
    (found,) = charges.of_claim(claim, SCHEDULE)
    assert found.category == category


def test_without_a_fee_nothing_is_allowed() -> None:
    claim = deepcopy(resources.CLAIM)
    claim["item"] = [resources.item("G0463", "10.00")]
    (found,) = charges.of_claim(claim, SCHEDULE)
    assert (found.fee, found.allowed) == (None, usd("0"))


def test_what_is_not_stated_is_one() -> None:
    item = {"unitPrice": element("10.005"), "factor": Decimal("0.5")}
    assert charges.net(item, "Claim.item[0]") == usd("5.00")
    assert charges.quantity({}) == 1
    assert charges.number(None) is None


def test_a_line_without_a_day_is_not_scrubbed() -> None:
    claim = deepcopy(resources.CLAIM)
    del claim["item"][0]["servicedDate"]
    with pytest.raises(ValueError, match="a scrubbed line has a day"):
        charges.of_claim(claim, SCHEDULE)
