"""http://hl7.org/fhir/R4/xml.html: what XML has as attributes, and XHTML, has no id or extensions of its own."""

from __future__ import annotations

import pytest

from conformance_tests.validation.examples import DEFINITIONS, VALIDATOR
from server.fhir import xml_codec
from server.fhir.resource import Json, Resource

BESIDE = {"extension": [{"url": "http://example.org/x", "valueString": "x"}]}
DIV = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Visit</div>'}
URL = {"url": "http://example.org/x", "valueString": "x"}


def _patient(**members: Json) -> Resource:
    return {"resourceType": "Patient", "id": "a", **members}


@pytest.mark.parametrize(
    ("patient", "expression"),
    [
        (_patient(name=[{"family": "A", "_id": BESIDE}]), "Patient.name[0]._id"),
        (_patient(name=[{"family": "A", "id": "x", "_id": BESIDE}]), "Patient.name[0]._id"),
        (_patient(contact=[{"gender": "male", "_id": {"id": "x"}}]), "Patient.contact[0]._id"),
        (_patient(extension=[{**URL, "_url": {"id": "z"}}]), "Patient.extension[0]._url"),
        (_patient(extension=[{**URL, "_id": BESIDE}]), "Patient.extension[0]._id"),
        (_patient(active=True, _active={**BESIDE, "_id": BESIDE}), "Patient.active._id"),
        (_patient(text={**DIV, "_div": BESIDE}), "Patient.text._div"),
    ],
)
def test_what_has_no_extensions_is_refused_them(patient: Resource, expression: str) -> None:
    assert [(one.code, one.expression) for one in VALIDATOR.issues(patient)] == [("structure", expression)]


@pytest.mark.parametrize(
    ("patient", "expression"),
    [
        (_patient(extension=[{"_url": BESIDE, "valueString": "x"}]), "Patient.extension[0].url"),
        (_patient(text={"status": "generated", "_div": BESIDE}), "Patient.text.div"),
    ],
)
def test_extensions_do_not_stand_for_what_has_none(patient: Resource, expression: str) -> None:
    assert ("required", expression) in [(one.code, one.expression) for one in VALIDATOR.issues(patient)]


def test_a_fault_beside_such_extensions_is_found_too() -> None:
    found = [one.expression for one in VALIDATOR.issues(_patient(extension=[{**URL, "url": 5, "_url": BESIDE}]))]
    assert sorted(found) == ["Patient.extension[0]._url", "Patient.extension[0].url"]


@pytest.mark.parametrize("patient", [_patient(_id=BESIDE), _patient(active=True, _active={"id": "x", **BESIDE})])
def test_what_is_taken_is_written_as_xml(patient: Resource) -> None:
    assert not VALIDATOR.issues(patient)
    assert xml_codec.decode_resource(xml_codec.encode(patient, DEFINITIONS), DEFINITIONS) == patient
