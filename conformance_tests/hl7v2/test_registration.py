"""ADT A01, A04, A05, A08, A28, A31: who comes, why, and who pays."""

from __future__ import annotations

import pytest

from conformance_tests.hl7v2.messages import (
    A04,
    NK1,
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
from server.fhir.resource import Json, Resource
from server.hl7v2.faults import DATA_TYPE, REQUIRED_FIELD, Place, Unmappable

V2 = "http://terminology.hl7.org/CodeSystem/v2-"
V3 = "http://terminology.hl7.org/CodeSystem/v3-"
MAIDEN = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
MSH = header("ADT^A04^ADT_A01")


def url(kind: str) -> Resource:
    return {"reference": entry(A04, kind)["fullUrl"]}


def patient(fields: dict[int, str]) -> Resource:
    return resource(text(MSH, segment("PID", {3: "1^^^GHH^MR", **fields})), "Patient")


def visit(fields: dict[int, str], kind: str = "ADT^A04") -> Resource:
    return resource(text(header(kind), PID, segment("PV1", {2: "O", 19: "V-1", **fields})), "Encounter")


def refused(*segments: str) -> tuple[Place, str]:
    with pytest.raises(Unmappable) as refusal:
        translated(text(MSH, *segments))
    return refusal.value.place, refusal.value.code


def test_pid_is_the_patient() -> None:
    assert resource(A04, "Patient") == {
        "resourceType": "Patient",
        "identifier": [
            {
                "type": {"coding": [{"system": f"{V2}0203", "code": "MR"}]},
                "system": "urn:oid:2.16.840.1.113883.19.5",
                "value": "MRN-1",
            }
        ],
        "name": [{"use": "official", "family": "Doe", "given": ["Jane", "Q"], "prefix": ["Ms"], "suffix": ["Jr"]}],
        "telecom": [
            {"system": "phone", "value": "555-0100", "use": "home"},
            {"system": "email", "value": "jane@example.org", "use": "home"},
        ],
        "gender": "female",
        "birthDate": "1980-02-29",
        "address": [
            {
                "use": "home",
                "line": ["1 Main St", "Apt 2"],
                "city": "Springfield",
                "state": "IL",
                "postalCode": "62701",
                "country": "USA",
            }
        ],
        "maritalStatus": {"coding": [{"system": f"{V3}MaritalStatus", "code": "M"}]},
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}, "preferred": True}],
    }


def test_the_patient_is_updated_under_the_record_number() -> None:
    assert entry(A04, "Patient")["request"] == {
        "method": "PUT",
        "url": "Patient?identifier=urn%3Aoid%3A2.16.840.1.113883.19.5|MRN-1",
    }


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({3: "9^^^GHH^SS~8^^^GHH^PI~7^^^GHH^MR"}, "urn%3Ahl7v2%3AGHH|7"),
        ({3: "9^^^USSSA^SS~8^^^GHH^AN"}, "urn%3Ahl7v2%3AGHH|8"),
        ({3: "", 2: "6^^^GHH"}, "urn%3Ahl7v2%3AGHH|6"),
        ({3: "6"}, "urn%3Ahl7v2%3AGHH%3AMR|6"),
    ],
)
def test_the_record_number_comes_first_and_the_social_security_number_never(fields: dict[int, str], key: str) -> None:
    found = entry(text(MSH, segment("PID", fields)), "Patient")
    assert found["request"]["url"] == f"Patient?identifier={key}"


def test_numbers_in_old_fields_are_kept_once_each() -> None:
    found = patient({2: "1^^^GHH^MR", 4: "2^^^GHH^PI", 19: "987-65-4321"})["identifier"]
    assert [(one["system"], one["value"]) for one in found] == [
        ("urn:hl7v2:GHH", "1"),
        ("urn:hl7v2:GHH", "2"),
        ("http://hl7.org/fhir/sid/us-ssn", "987-65-4321"),
    ]


@pytest.mark.parametrize("pid", [segment("PID", {5: "Doe"}), segment("PID", {19: "987-65-4321"}), NK1])
def test_a_patient_without_a_record_number_is_refused(pid: str) -> None:
    assert refused(pid) == (Place("PID", 1, 3), REQUIRED_FIELD)


@pytest.mark.parametrize(
    ("fields", "element", "value"),
    [
        ({8: "O"}, "gender", "other"),
        ({8: "z"}, "gender", "unknown"),
        ({7: "198002291015-0500"}, "birthDate", "1980-02-29"),
        (
            {16: "G^Partner"},
            "maritalStatus",
            {"coding": [{"system": f"{V3}MaritalStatus", "code": "T"}], "text": "Partner"},
        ),
        ({16: "1"}, "maritalStatus", {"coding": [{"system": f"{V2}0002", "code": "1"}]}),
        ({24: "Y"}, "multipleBirthBoolean", True),
        ({24: "Y", 25: "2"}, "multipleBirthInteger", 2),
        ({29: "20261101"}, "deceasedDateTime", "2026-11-01"),
        ({30: "Y"}, "deceasedBoolean", True),
        ({30: "NO"}, "deceasedBoolean", False),
        (
            {15: "es"},
            "communication",
            [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True}],
        ),
        ({15: "X1^Hopi"}, "communication", [{"language": {"text": "Hopi"}, "preferred": True}]),
        ({15: "hop^Hopi"}, "communication", [{"language": {"text": "Hopi"}, "preferred": True}]),
        ({6: "Smith^Angela"}, "extension", [{"url": MAIDEN, "valueString": "Smith"}]),
        ({9: "Roe^J"}, "name", [{"family": "Roe", "given": ["J"]}]),
    ],
)
def test_a_field_of_pid_becomes_an_element(fields: dict[int, str], element: str, value: Json) -> None:
    assert patient(fields)[element] == value


def test_a_time_of_birth_is_kept_in_its_extension() -> None:
    assert (
        patient({7: "198002291015-0500"})["_birthDate"]["extension"][0]["valueDateTime"] == "1980-02-29T10:15:00-05:00"
    )


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({7: "someday"}, Place("PID", 1, 7, 1)),
        ({29: "x"}, Place("PID", 1, 29, 1)),
        ({25: "first"}, Place("PID", 1, 25)),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(fields: dict[int, str], place: Place) -> None:
    assert refused(segment("PID", {3: "1", **fields})) == (place, DATA_TYPE)


def test_pv1_is_the_encounter() -> None:
    assert resource(A04, "Encounter") == {
        "resourceType": "Encounter",
        "identifier": [
            {"type": {"coding": [{"system": f"{V2}0203", "code": "VN"}]}, "system": "urn:hl7v2:GHH", "value": "V-1"}
        ],
        "status": "in-progress",
        "class": {"system": f"{V3}ActCode", "code": "AMB"},
        "subject": url("Patient"),
        "participant": [
            {
                "type": [{"coding": [{"system": f"{V3}ParticipationType", "code": "ATND"}]}],
                "individual": {**url("Practitioner"), "display": "Dr Marcus Welby"},
            }
        ],
        "period": {"start": "2026-11-24T09:30:00-05:00"},
        "account": [url("Account")],
    }


def test_a_practitioner_is_created_unless_known() -> None:
    assert entry(A04, "Practitioner")["request"] == {
        "method": "POST",
        "url": "Practitioner",
        "ifNoneExist": "identifier=http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fus-npi|1234567893",
    }


def test_a_practitioner_without_a_number_is_only_named() -> None:
    assert visit({8: "^Dog^Duckhunt~"})["participant"][0]["individual"] == {"display": "Duckhunt Dog"}


@pytest.mark.parametrize(
    ("kind", "fields", "status"),
    [
        ("ADT^A01", {}, "in-progress"),
        ("ADT^A05", {}, "planned"),
        ("ADT^A08", {}, "in-progress"),
        ("ADT^A08", {2: "P"}, "planned"),
        ("ADT^A08", {44: "20261124", 45: "20261125"}, "finished"),
    ],
)
def test_event_class_and_discharge_give_the_status(kind: str, fields: dict[int, str], status: str) -> None:
    assert visit(fields, kind)["status"] == status


@pytest.mark.parametrize(
    ("code", "meaning"),
    [("I", (f"{V3}ActCode", "IMP")), ("E", (f"{V3}ActCode", "EMER")), ("R", (f"{V2}0004", "R"))],
)
def test_the_patient_class_is_the_class(code: str, meaning: tuple[str, str]) -> None:
    assert visit({2: code})["class"] == {"system": meaning[0], "code": meaning[1]}


def test_admission_fields_become_hospitalization_type_service_and_place() -> None:
    found = visit({3: "WARD^1^B^GHH", 4: "E", 5: "P-9", 10: "SUR", 13: "R", 14: "7", 36: "01", 50: "X-1^^^GHH"})
    assert {name: found[name] for name in ("type", "serviceType", "hospitalization", "location")} == {
        "type": [{"coding": [{"system": f"{V2}0007", "code": "E"}]}],
        "serviceType": {"coding": [{"system": f"{V2}0069", "code": "SUR"}]},
        "hospitalization": {
            "preAdmissionIdentifier": {"system": "urn:hl7v2:GHH:VN", "value": "P-9"},
            "admitSource": {"coding": [{"system": f"{V2}0023", "code": "7"}]},
            "reAdmission": {"coding": [{"system": f"{V2}0092", "code": "R"}]},
            "dischargeDisposition": {"coding": [{"system": f"{V2}0112", "code": "01"}]},
        },
        "location": [{"location": {"display": "GHH, WARD, 1, B"}}],
    }
    assert [one["value"] for one in found["identifier"]] == ["V-1", "X-1"]


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({2: "O", 50: "X-1"}, 1),
        ({2: "O", 44: "20261124"}, 1),
        ({2: "O"}, 0),
        ({2: "N", 19: "V-1"}, 0),
    ],
)
def test_a_visit_needs_a_number_or_a_time(fields: dict[int, str], count: int) -> None:
    assert len(resources(text(MSH, PID, segment("PV1", fields)), "Encounter")) == count


def test_a_visit_without_a_class_is_refused() -> None:
    assert refused(PID, segment("PV1", {19: "V-1"})) == (Place("PV1", 1, 2, 1), REQUIRED_FIELD)


def test_nk1_is_a_related_person() -> None:
    found = resources(A04, "RelatedPerson")[0]
    assert {name: found[name] for name in ("patient", "relationship", "name", "telecom")} == {
        "patient": url("Patient"),
        "relationship": [
            {"coding": [{"system": f"{V3}RoleCode", "code": "SPS", "display": "Spouse"}]},
            {"coding": [{"system": f"{V2}0131", "code": "C"}]},
        ],
        "name": [{"family": "Doe", "given": ["John"]}],
        "telecom": [{"system": "phone", "value": "555-0101", "use": "home"}],
    }


@pytest.mark.parametrize(
    ("written", "coding"),
    [
        ("MTH", {"system": f"{V3}RoleCode", "code": "MTH"}),
        ("EMC", {"system": f"{V2}0131", "code": "C"}),
        ("CGV", {"system": f"{V2}0063", "code": "CGV"}),
        ("MTH^^ACR", {"system": "urn:hl7v2:coding:ACR", "code": "MTH"}),
    ],
)
def test_a_relationship_is_in_the_words_of_fhir_where_it_has_one(written: str, coding: Resource) -> None:
    (found,) = resource(text(MSH, PID, segment("NK1", {3: written})), "RelatedPerson")["relationship"]
    assert found == {"coding": [coding]}


def test_a_relationship_in_words_is_its_text() -> None:
    (found,) = resource(text(MSH, PID, segment("NK1", {3: "^neighbour"})), "RelatedPerson")["relationship"]
    assert found == {"text": "neighbour"}


def test_a_contact_role_may_come_from_the_table_of_relationships() -> None:
    (found,) = resource(text(MSH, PID, segment("NK1", {7: "EMC"})), "RelatedPerson")["relationship"]
    assert found == {"coding": [{"system": f"{V2}0131", "code": "C"}]}


def test_each_contact_is_known_again_by_its_place_in_the_list() -> None:
    found = resources(text(MSH, PID, NK1, NK1.replace("John", "Jim")), "RelatedPerson")
    assert len({one["identifier"][0]["value"] for one in found}) == 2


def test_a_contact_keeps_numbers_period_gender_birth_and_language() -> None:
    contact = segment("NK1", {2: "Doe^J", 7: "ZZ", 8: "20260101", 15: "M", 16: "19790101", 20: "fre", 33: "N-1^^^GHH"})
    found = resource(text(MSH, PID, contact), "RelatedPerson")
    assert {name: found[name] for name in ("relationship", "period", "gender", "birthDate", "communication")} == {
        "relationship": [{"coding": [{"system": f"{V2}0063", "code": "ZZ"}]}],
        "period": {"start": "2026-01-01"},
        "gender": "male",
        "birthDate": "1979-01-01",
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "fr"}]}}],
    }
    assert found["identifier"][1] == {"system": "urn:hl7v2:GHH", "value": "N-1"}


def test_a_diagnosis_is_known_again_however_its_text_is_written() -> None:
    found = [resource(text(MSH, PID, PV1, f"DG1|1||{one}"), "Condition") for one in ("E119^Diabetes^I10", "E11.9^^I10")]
    assert found[0]["identifier"] == found[1]["identifier"]


def test_a_time_without_an_offset_has_that_of_the_message() -> None:
    message = text(header("ADT^A04", {7: "20261124101500+0200"}), PID, PV1)
    assert resource(message, "Encounter")["period"] == {"start": "2026-11-24T09:30:00+02:00"}


def test_a_time_without_any_offset_has_that_of_the_practice() -> None:
    message = text(header("ADT^A04", {7: "20261124101500"}), PID, segment("PV1", {2: "O", 19: "V", 44: "202607040930"}))
    assert resource(message, "Encounter")["period"] == {"start": "2026-07-04T09:30:00-05:00"}


def test_diagnoses_of_a_visit_are_linked_and_ranked() -> None:
    dg1 = segment("DG1", {3: "I10^Hypertension^I10", 6: "A", 15: "1", 16: "7^Who^Doc", 19: "20261124", 20: "D-1^LAB"})
    message = text(MSH, PID, PV1, dg1)
    condition = resource(message, "Condition")
    assert resource(message, "Encounter")["diagnosis"] == [
        {
            "condition": {"reference": entry(message, "Condition")["fullUrl"]},
            "use": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/diagnosis-role", "code": "AD"}]},
            "rank": 1,
        }
    ]
    assert condition["identifier"] == [{"system": "urn:hl7v2:LAB", "value": "D-1"}]
    assert condition["asserter"]["display"] == "Doc Who"
    assert condition["extension"][0]["valueDateTime"] == "2026-11-24"


def test_a_diagnosis_without_a_visit_belongs_to_the_patient() -> None:
    found = resource(text(MSH, PID, segment("DG1", {4: "tired", 6: "W"})), "Condition")
    assert (found["code"], "encounter" in found, found["verificationStatus"]["coding"][0]["code"]) == (
        {"text": "tired"},
        False,
        "provisional",
    )


@pytest.mark.parametrize("name", ["DG1", "PR1"])
def test_a_diagnosis_or_procedure_without_code_or_text_is_refused(name: str) -> None:
    assert refused(PID, segment(name, {1: "1"})) == (Place(name, 1, 3), REQUIRED_FIELD)


def test_a_procedure_has_its_performers_and_reason() -> None:
    pr1 = segment("PR1", {3: "44950", 4: "out", 6: "D", 8: "1^Ann^A", 11: "2^Sue^S", 15: "K35.80^^I10", 19: "PR-1"})
    found = resource(text(MSH, PID, PV1, pr1), "Procedure")
    assert [(one["function"]["text"], one["actor"]["display"]) for one in found["performer"]] == [
        ("surgeon", "S Sue"),
        ("anesthesiologist", "A Ann"),
    ]
    assert {name: found[name] for name in ("status", "category", "code", "reasonCode", "identifier")} == {
        "status": "unknown",
        "category": {"coding": [{"system": f"{V2}0230", "code": "D"}]},
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "44950"}], "text": "out"},
        "reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "K35.80"}]}],
        "identifier": [{"system": "urn:hl7v2:GHH:PR1-19", "value": "PR-1"}],
    }


def test_null_fields_say_nothing() -> None:
    assert patient({5: '""', 7: '""', 8: '""', 11: '""', 13: '""', 16: '""', 29: '""'}).keys() == {
        "resourceType",
        "identifier",
    }
