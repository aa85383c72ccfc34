"""DFT P03: charges."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance_tests.hl7v2.messages import (
    DG1,
    FT1,
    IN1,
    P03,
    PID,
    PR1,
    PV1,
    entry,
    header,
    resource,
    resources,
    segment,
    text,
    translated,
)
from server.fhir.resource import Json, Resource
from server.hl7v2.faults import (
    DATA_TYPE,
    DUPLICATE_KEY,
    REQUIRED_FIELD,
    SEGMENT_SEQUENCE,
    TABLE_VALUE,
    Place,
    Unmappable,
)

MSH = header("DFT^P03^DFT_P03")
CPT = "http://www.ama-assn.org/go/cpt"
LEAST = {1: "1", 4: "20261124", 6: "CG", 7: "99213"}


def charge(fields: dict[int, str]) -> Resource:
    return resource(text(MSH, PID, PV1, segment("FT1", {**LEAST, **fields})), "ChargeItem")


def url(kind: str) -> Resource:
    return {"reference": entry(P03, kind)["fullUrl"]}


def refused(*segments: str) -> tuple[Place, str]:
    with pytest.raises(Unmappable) as refusal:
        translated(text(MSH, PID, PV1, *segments))
    return refusal.value.place, refusal.value.code


def test_ft1_is_the_charge_item() -> None:
    assert resource(P03, "ChargeItem") == {
        "resourceType": "ChargeItem",
        "extension": [{"url": "urn:hl7v2:FT1-26", "valueCoding": {"system": CPT, "code": "25"}}],
        "identifier": [{"system": "urn:hl7v2:GHH:FT1-2", "value": "T-1"}],
        "status": "billable",
        "code": {
            "coding": [
                {"system": CPT, "code": "99213"},
                {"system": "urn:hl7v2:coding:L", "code": "OFFICE3", "display": "Office visit"},
            ]
        },
        "subject": url("Patient"),
        "context": url("Encounter"),
        "occurrenceDateTime": "2026-11-24",
        "performer": [{"actor": {**url("Practitioner"), "display": "Marcus Welby"}}],
        "quantity": {"value": Decimal(2)},
        "priceOverride": {"value": Decimal("145.50"), "currency": "USD"},
        "enteredDate": "2026-11-24T10:30:00-05:00",
        "reason": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9"}]}],
        "service": [url("Procedure")],
        "account": [url("Account")],
        "supportingInformation": [url("Condition")],
    }


@pytest.mark.parametrize("kind", ["Patient", "Encounter", "Account", "ChargeItem", "Coverage", "Organization"])
def test_what_others_register_and_what_may_be_billed_is_created_but_never_changed(kind: str) -> None:
    request = entry(text(MSH, PID, PV1, IN1, FT1), kind)["request"]
    assert (request["method"], "ifNoneExist" in request) == ("POST", True)


def test_a_charge_is_found_by_its_transaction_number() -> None:
    assert entry(P03, "ChargeItem")["request"]["ifNoneExist"] == "identifier=urn%3Ahl7v2%3AGHH%3AFT1-2|T-1"


def test_charges_without_a_number_are_told_apart_by_message_and_place() -> None:
    bare = segment("FT1", LEAST)
    again = text(header("DFT^P03", {10: "MSG2"}), PID, PV1, bare)
    found = [*resources(text(MSH, PID, PV1, bare, bare), "ChargeItem"), *resources(again, "ChargeItem")]
    assert len({one["identifier"][0]["value"] for one in found}) == 3


def test_two_charges_of_one_number_are_refused() -> None:
    assert refused(FT1, FT1) == (Place("FT1", 2, 2), DUPLICATE_KEY)


@pytest.mark.parametrize("kind", ["CD", "PY", "AJ", "CO"])
def test_only_charges_are_taken(kind: str) -> None:
    assert refused(segment("FT1", {**LEAST, 6: kind})) == (Place("FT1", 1, 6), TABLE_VALUE)


@pytest.mark.parametrize(
    ("fields", "place", "code"),
    [
        ({6: ""}, Place("FT1", 1, 6, 1), REQUIRED_FIELD),
        ({4: ""}, Place("FT1", 1, 4, 1), REQUIRED_FIELD),
        ({7: ""}, Place("FT1", 1, 7), REQUIRED_FIELD),
        ({4: "today"}, Place("FT1", 1, 4, 1), DATA_TYPE),
        ({4: "20261124^20261123"}, Place("FT1", 1, 4, 2), DATA_TYPE),
        ({10: "two"}, Place("FT1", 1, 10), DATA_TYPE),
        ({11: "1,000"}, Place("FT1", 1, 11), DATA_TYPE),
    ],
)
def test_a_charge_that_lacks_what_a_bill_needs_is_refused(fields: dict[int, str], place: Place, code: str) -> None:
    assert refused(segment("FT1", {**LEAST, **fields})) == (place, code)


def test_a_message_without_charges_is_refused() -> None:
    assert refused(DG1) == (Place("FT1"), SEGMENT_SEQUENCE)


@pytest.mark.parametrize(
    ("fields", "element", "value"),
    [
        ({4: "20261123^20261124"}, "occurrencePeriod", {"start": "2026-11-23", "end": "2026-11-24"}),
        ({12: "72.75", 10: "2"}, "priceOverride", {"value": Decimal("145.50"), "currency": "USD"}),
        ({12: "72.75&EUR"}, "priceOverride", {"value": Decimal("72.75"), "currency": "EUR"}),
        (
            {7: "J1100"},
            "code",
            {"coding": [{"system": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "code": "J1100"}]},
        ),
        ({7: "OFFICE3", 8: "Visit"}, "code", {"coding": [{"code": "OFFICE3"}], "text": "Visit"}),
        ({25: "99213^^C4"}, "code", {"coding": [{"system": CPT, "code": "99213"}]}),
        ({13: "RAD^Radiology"}, "costCenter", {"display": "Radiology"}),
        ({13: "RAD"}, "costCenter", {"display": "RAD"}),
        ({24: "^Clerk^Carl"}, "enterer", {"display": "Carl Clerk"}),
    ],
)
def test_a_field_of_ft1_becomes_an_element(fields: dict[int, str], element: str, value: Json) -> None:
    assert charge(fields)[element] == value


def test_procedures_belong_to_the_charge_before_them() -> None:
    second = FT1.replace("T-1", "T-2")
    found = resources(text(MSH, PID, PV1, PR1, FT1, PR1, second, PR1, PR1), "ChargeItem")
    assert [len(one["service"]) for one in found] == [1, 2]


def test_only_diagnoses_that_a_charge_names_support_it() -> None:
    message = text(MSH, PID, PV1, FT1, DG1.replace("E119", "I10"))
    assert "supportingInformation" not in resource(message, "ChargeItem")


def test_charges_of_a_patient_without_a_visit_have_no_context() -> None:
    found = resource(text(MSH, PID, FT1), "ChargeItem")
    assert ("context" in found, "account" in found) == (False, True)


def test_a_visit_known_only_by_its_charges_has_no_known_status() -> None:
    assert resource(P03, "Encounter")["status"] == "unknown"
