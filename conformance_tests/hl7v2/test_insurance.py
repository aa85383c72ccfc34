"""Who pays: coverages of IN1, guarantors of GT1 and the account they belong to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance_tests.hl7v2.messages import (
    A04,
    GT1,
    IN1,
    PID,
    PV1,
    entry,
    header,
    resource,
    resources,
    segment,
    text,
    translated,
)
from server.fhir.resource import Resource
from server.hl7v2.faults import DATA_TYPE, REQUIRED_FIELD, Place, Unmappable

V2 = "http://terminology.hl7.org/CodeSystem/v2-"
MSH = header("ADT^A04^ADT_A01")


def url(kind: str) -> Resource:
    return {"reference": entry(A04, kind)["fullUrl"]}


def coverage(fields: dict[int, str]) -> Resource:
    return resource(text(MSH, PID, segment("IN1", {2: "GOLD", 3: "P-1", 4: "Acme", **fields})), "Coverage")


def refused(*segments: str) -> tuple[Place, str]:
    with pytest.raises(Unmappable) as refusal:
        translated(text(MSH, *segments))
    return refusal.value.place, refusal.value.code


def test_in1_is_the_coverage() -> None:
    found = resource(A04, "Coverage")
    (own, member) = found.pop("identifier")
    assert own["system"] == "urn:ietf:rfc3986"
    assert member == {
        "type": {"coding": [{"system": f"{V2}0203", "code": "MB"}]},
        "system": "urn:hl7v2:member:urn%3Ahl7v2%3ANAIC:P-100",
        "value": "MEM-42",
    }
    assert found == {
        "resourceType": "Coverage",
        "status": "active",
        "subscriber": url("Patient"),
        "subscriberId": "MEM-42",
        "beneficiary": url("Patient"),
        "relationship": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "self"}]
        },
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
        "payor": [url("Organization")],
        "class": [
            {
                "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/coverage-class", "code": kind}]},
                "value": value,
                "name": name,
            }
            for kind, value, name in (("plan", "GOLD", "Gold Plan"), ("group", "GRP-7", "Employees"))
        ],
        "order": 1,
    }


def test_the_payer_is_created_unless_known() -> None:
    found = entry(A04, "Organization")
    assert (found["resource"]["name"], found["request"]["ifNoneExist"]) == (
        "Acme Health",
        "identifier=urn%3Ahl7v2%3ANAIC|P-100",
    )


@pytest.mark.parametrize(("fields", "name"), [({4: "Acme"}, "Acme"), ({2: "A^Alpha"}, "Alpha"), ({2: "A"}, "A")])
def test_a_payer_without_a_number_is_known_again_by_its_name(fields: dict[int, str], name: str) -> None:
    found = resource(text(MSH, PID, segment("IN1", fields)), "Organization")
    assert (found["name"], found["identifier"][0]["system"]) == (name, "urn:ietf:rfc3986")


def test_a_coverage_without_a_payer_is_refused() -> None:
    assert refused(PID, segment("IN1", {1: "1"})) == (Place("IN1", 1, 3), REQUIRED_FIELD)


@pytest.mark.parametrize(
    ("fields", "order"), [({1: "2"}, 2), ({1: "2", 22: "3"}, 3), ({22: "primary"}, 1), ({1: "0"}, 1)]
)
def test_the_order_is_the_priority_or_the_set_id_or_the_place(fields: dict[int, str], order: int) -> None:
    assert coverage(fields)["order"] == order


@pytest.mark.parametrize(("code", "meaning"), [("SPO", "spouse"), ("CHD", "child"), ("SEL", "self"), ("OTH", "other")])
def test_the_relationship_is_to_the_subscriber(code: str, meaning: str) -> None:
    assert coverage({17: code})["relationship"]["coding"][0]["code"] == meaning


def test_a_relationship_of_another_table_is_kept() -> None:
    assert coverage({17: "18"})["relationship"] == {"coding": [{"system": f"{V2}0063", "code": "18"}]}


def test_an_insured_person_who_is_not_the_patient_is_a_related_person() -> None:
    message = text(MSH, PID, segment("IN1", {3: "P-1", 16: "Doe^John", 17: "SPO", 18: "19790101", 43: "M", 49: "S-1"}))
    person = resource(message, "RelatedPerson")
    assert {name: person[name] for name in ("name", "gender", "birthDate")} == {
        "name": [{"family": "Doe", "given": ["John"]}],
        "gender": "male",
        "birthDate": "1979-01-01",
    }
    assert person["identifier"][1] == {"system": "urn:hl7v2:GHH:IN1-49", "value": "S-1"}
    assert resource(message, "Coverage")["subscriber"] == {"reference": entry(message, "RelatedPerson")["fullUrl"]}


def test_a_deductible_is_an_exact_amount() -> None:
    (cost,) = coverage({37: "150.50"})["costToBeneficiary"]
    assert cost["valueMoney"] == {"value": Decimal("150.50"), "currency": "USD"}


@pytest.mark.parametrize("amount", ["much", "150&dollars"])
def test_an_amount_that_is_none_is_refused(amount: str) -> None:
    assert refused(PID, segment("IN1", {3: "P-1", 37: amount})) == (Place("IN1", 1, 37), DATA_TYPE)


def test_a_coverage_that_ends_before_it_starts_is_refused() -> None:
    found = refused(PID, segment("IN1", {3: "P-1", 12: "20260101", 13: "20251231"}))
    assert found == (Place("IN1", 1, 13), DATA_TYPE)


def test_several_coverages_are_several() -> None:
    message = text(MSH, PID, IN1, IN1.replace("|1|GOLD", "|2|SILVER"))
    found = resources(message, "Coverage")
    assert [(one["order"], one["class"][0]["value"]) for one in found] == [(1, "GOLD"), (2, "SILVER")]
    assert [one["priority"] for one in resource(message, "Account")["coverage"]] == [1, 2]


def test_coverages_without_a_member_number_are_told_apart_by_their_places() -> None:
    bare = segment("IN1", {2: "GOLD", 3: "P-1"})
    assert len(resources(text(MSH, PID, bare, bare), "Coverage")) == 2


def test_gt1_is_the_guarantor_of_the_account() -> None:
    account = resource(A04, "Account")
    person = resources(A04, "RelatedPerson")[1]
    assert [one["value"] for one in person["identifier"][1:]] == ["G-1", "987-65-4321"]
    assert {name: account[name] for name in ("status", "subject", "coverage")} == {
        "status": "active",
        "subject": [url("Patient")],
        "coverage": [{"coverage": url("Coverage"), "priority": 1}],
    }
    assert len(account["guarantor"]) == 1


def test_a_patient_who_answers_for_themselves_is_the_guarantor() -> None:
    message = text(MSH, PID, segment("GT1", {3: "Doe^Jane", 11: "SEL", 13: "20260101"}))
    assert resource(message, "Account")["guarantor"] == [
        {"party": {"reference": entry(message, "Patient")["fullUrl"]}, "period": {"start": "2026-01-01"}}
    ]
    assert resources(message, "RelatedPerson") == []


def test_a_guarantor_without_a_relationship_is_a_person_all_the_same() -> None:
    assert "relationship" not in resource(text(MSH, PID, segment("GT1", {3: "Doe^John"})), "RelatedPerson")


def test_guarantors_without_a_number_are_told_apart_by_their_places() -> None:
    first, second = (segment("GT1", {3: name, 12: "987-65-4321"}) for name in ("Doe^John", "Doe^Jim"))
    assert len(resource(text(MSH, PID, first, second), "Account")["guarantor"]) == 2
    assert len(resources(text(MSH, PID, first, second), "RelatedPerson")) == 2


@pytest.mark.parametrize(
    ("segments", "count"),
    [((segment("PID", {3: "1"}),), 0), ((segment("PID", {3: "1"}), GT1), 1), ((segment("PID", {3: "1"}), PV1, GT1), 1)],
)
def test_there_is_an_account_where_someone_pays(segments: tuple[str, ...], count: int) -> None:
    assert len(resources(text(MSH, *segments), "Account")) == count
