"""http://hl7.org/fhir/R4/formats.html#choice: elements that have a choice of types."""

from __future__ import annotations

import pytest

from conformance_tests.validation.examples import issues
from server.fhir.resource import Json, Resource

ORDER: Resource = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
SUBJECT = {"subject": {"reference": "Patient/1"}}
MEDICATION = {"medicationReference": {"reference": "Medication/1"}}
OBSERVED: Resource = {"resourceType": "Observation", "status": "final", "code": {"text": "Weight"}}


@pytest.mark.parametrize("other", [{"reportedBoolean": True}, {"reportedReference": {"reference": "Practitioner/1"}}])
def test_one_choice_does_not_stand_for_another_that_is_required(other: dict[str, Json]) -> None:
    assert issues({**ORDER, **SUBJECT, **other}) == [("required", "MedicationRequest.medication")]


def test_a_required_choice_and_an_optional_one_stand_together() -> None:
    assert not issues({**ORDER, **SUBJECT, **MEDICATION, "reportedBoolean": True})


def test_two_choices_of_one_element_each_are_valid_together() -> None:
    assert not issues({**OBSERVED, "effectiveDateTime": "2026-01-01", "valueInteger": 3})


def test_two_types_of_one_choice_are_refused_beside_another_choice() -> None:
    twice = {"valueInteger": 3, "valueString": "3"}
    assert issues({**OBSERVED, "effectiveDateTime": "2026-01-01", **twice}) == [("structure", "Observation.value")]
