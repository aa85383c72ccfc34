"""CX, EI, XCN and HD: numbers and who assigned them."""

from __future__ import annotations

import pytest

from conformance_tests.hl7v2.messages import NOW, header, text
from server.fhir.resource import Resource
from server.hl7v2 import context, er7
from server.hl7v2.datatypes import identifier
from server.hl7v2.er7 import Repetition

HERE = context.of_message(er7.parse(text(header("ADT^A04"))), NOW, NOW.tzinfo)  # type: ignore[arg-type]
V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"


def cx(written: str, kind: str = "MR") -> Resource:
    return identifier.of_cx(Repetition(written), HERE, kind)


@pytest.mark.parametrize(
    ("authority", "system"),
    [
        ("GHH&2.16.840.1.113883.19.5&ISO", "urn:oid:2.16.840.1.113883.19.5"),
        ("&2.16.840.1.113883.4.1&ISO", "http://hl7.org/fhir/sid/us-ssn"),
        ("&https://example.org/mrn&URI", "https://example.org/mrn"),
        ("&426D2726-51FC-89FE-A946-8596E80A80EB&GUID", "urn:uuid:426d2726-51fc-89fe-a946-8596e80a80eb"),
        ("GHH&not an oid&ISO", "urn:hl7v2:GHH"),
        ("&ghh.example.org&DNS", "urn:hl7v2:ghh.example.org"),
        ("&no colon&URI", "urn:hl7v2:no%20colon"),
        ("Good Health", "urn:hl7v2:Good%20Health"),
        ("USSSA", "http://hl7.org/fhir/sid/us-ssn"),
        ("", "urn:hl7v2:GHH:MR"),
    ],
)
def test_the_authority_gives_the_system(authority: str, system: str) -> None:
    assert cx(f"1^^^{authority}")["system"] == system


def test_a_number_has_type_period_and_assigner() -> None:
    assert cx("1^^^GHH^PI^Good Health^20200101^20291231") == {
        "type": {"coding": [{"system": V2_0203, "code": "PI"}]},
        "system": "urn:hl7v2:GHH",
        "value": "1",
        "period": {"start": "2020-01-01", "end": "2029-12-31"},
        "assigner": {"display": "Good Health"},
    }


def test_without_an_authority_numbers_of_different_types_never_meet() -> None:
    assert {cx("1^^^^MR")["system"], cx("1^^^^AN")["system"], cx("1", "VN")["system"]} == {
        "urn:hl7v2:GHH:MR",
        "urn:hl7v2:GHH:AN",
        "urn:hl7v2:GHH:VN",
    }


@pytest.mark.parametrize("written", ["", "^^^GHH", '""^^^GHH', " ^^^GHH"])
def test_without_a_number_there_is_no_identifier(written: str) -> None:
    assert cx(written) == {}


def test_an_unreadable_validity_is_left_to_the_original() -> None:
    assert "period" not in cx("1^^^GHH^MR^^someday")


@pytest.mark.parametrize(
    ("written", "system"),
    [
        ("1234567893^Welby^^^^^^^^^^^NPI", "http://hl7.org/fhir/sid/us-npi"),
        ("1234567893^Welby^^^^^^^NPI", "http://hl7.org/fhir/sid/us-npi"),
        ("7^Welby^^^^^^^&2.16.840.1.113883.4.6&ISO", "http://hl7.org/fhir/sid/us-npi"),
        ("7^Welby^^^^^^^GHH", "urn:hl7v2:GHH"),
        ("7^Welby", "urn:hl7v2:GHH:XCN"),
    ],
)
def test_a_person_number_is_in_the_namespace_of_its_authority(written: str, system: str) -> None:
    assert identifier.of_xcn(Repetition(written), HERE)["system"] == system


def test_an_entity_number_names_its_authority_in_components_of_its_own() -> None:
    found = [identifier.of_ei(Repetition(one), HERE, "DG1-20") for one in ("7^^2.1.3^ISO", "7^LAB", "7", "^LAB")]
    assert found == [
        {"system": "urn:oid:2.1.3", "value": "7"},
        {"system": "urn:hl7v2:LAB", "value": "7"},
        {"system": "urn:hl7v2:GHH:DG1-20", "value": "7"},
        {},
    ]


def test_a_derived_number_is_the_same_for_the_same_parts_and_no_others() -> None:
    assert identifier.derived("a", "b") == identifier.derived("a", "b")
    assert identifier.derived("a|b") != identifier.derived("a", "b")


def test_the_sender_is_the_facility_or_else_the_application() -> None:
    senders = [{}, {4: ""}, {3: "", 4: ""}]
    found = [context.of_message(er7.parse(text(header("ADT^A04", one))), NOW, HERE.zone).sender for one in senders]
    assert found == ["GHH", "REG", "unknown"]
