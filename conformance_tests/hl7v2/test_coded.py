"""CWE and CNE: codes and the systems they are from."""

from __future__ import annotations

import pytest

from server.hl7v2.datatypes import coded
from server.hl7v2.er7 import Repetition


def test_a_coded_value_has_its_code_its_alternate_and_its_text() -> None:
    assert coded.concept(Repetition("E119^Diabetes^I10^250.00^T2DM^I9C^^^sugar")) == {
        "coding": [
            {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E11.9", "display": "Diabetes"},
            {"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": "250.00", "display": "T2DM"},
        ],
        "text": "sugar",
    }


def test_white_space_in_a_code_is_single() -> None:
    assert coded.coding(Repetition(" OFFICE   3 "))["code"] == "OFFICE 3"


def test_a_value_without_a_code_is_its_text() -> None:
    assert [coded.concept(Repetition(one)) for one in ("^feeling low", "")] == [{"text": "feeling low"}, {}]


def test_a_code_without_a_system_has_the_default_of_its_field() -> None:
    assert coded.concept(Repetition("M"), "urn:x") == {"coding": [{"system": "urn:x", "code": "M"}]}


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("C4", "http://www.ama-assn.org/go/cpt"),
        ("HCPCS", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"),
        ("LN", "http://loinc.org"),
        ("HL70063", "http://terminology.hl7.org/CodeSystem/v2-0063"),
        ("2.16.840.1.113883.6.96", "urn:oid:2.16.840.1.113883.6.96"),
        ("99LAB", "urn:hl7v2:coding:99LAB"),
        ("", ""),
    ],
)
def test_a_coding_system_has_a_uri(name: str, uri: str) -> None:
    assert coded.system(name) == uri


@pytest.mark.parametrize(
    ("code", "uri"),
    [
        ("99213", "http://www.ama-assn.org/go/cpt"),
        ("0001F", "http://www.ama-assn.org/go/cpt"),
        ("J1100", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"),
        ("OFFICE3", ""),
    ],
)
def test_the_shape_of_a_procedure_code_shows_its_system(code: str, uri: str) -> None:
    assert coded.procedure_system(code) == uri


@pytest.mark.parametrize(
    ("written", "code"),
    [("e119", "E11.9"), ("E11.9", "E11.9"), ("I10", "I10"), ("S72001A", "S72.001A"), ("odd", "odd")],
)
def test_an_icd_10_cm_code_gets_the_dot_that_fhir_writes(written: str, code: str) -> None:
    assert coded.coding(Repetition(f"{written}^^I10"))["code"] == code


@pytest.mark.parametrize(("code", "known"), [("E119", True), ("I10", True), ("71596", False), ("U071", True)])
def test_the_shape_of_a_diagnosis_code_shows_its_system(code: str, known: bool) -> None:
    assert (coded.diagnosis_system(code) == coded.ICD_10_CM) is known
