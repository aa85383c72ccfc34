"""http://hl7.org/fhir/R4/json.html#primitive: a primitive's id and extensions."""

from __future__ import annotations

import pytest

from conformance_tests.validation.examples import issues
from server.fhir.resource import Json, Resource

EXTENDED = {"extension": [{"url": "http://example.org/x", "valueCode": "unknown"}]}

VALID: list[Resource] = [
    {"birthDate": "2020", "_birthDate": {"id": "a"}},
    {"_birthDate": EXTENDED},
    {"_deceasedDateTime": EXTENDED},
    {"name": [{"given": ["A", None], "_given": [{"id": "a"}, EXTENDED]}]},
    {"name": [{"_given": [EXTENDED, EXTENDED]}]},
    {"name": [{"given": ["A"], "_given": [None]}]},
]

BROKEN: list[tuple[Resource, str, str]] = [
    ({"_birthDate": {"id": "a"}}, "invariant", "birthDate"),
    ({"_birthDate": {}}, "structure", "birthDate"),
    ({"_birthDate": None}, "structure", "birthDate"),
    ({"_birthDate": [EXTENDED]}, "structure", "birthDate"),
    ({"_birthDate": {"value": "2020", "id": "a"}}, "structure", "birthDate.value"),
    ({"_birthDate": {"extension": [{"valueCode": "a"}]}}, "required", "birthDate.extension[0].url"),
    ({"birthDate": None, "_birthDate": EXTENDED}, "structure", "birthDate"),
    ({"birthDate": "2020-13", "_birthDate": EXTENDED}, "value", "birthDate"),
    ({"gender": "f", "_gender": {"id": "a"}}, "code-invalid", "gender"),
    ({"name": [{"given": ["A"], "_given": EXTENDED}]}, "structure", "name[0].given"),
    ({"name": [{"given": "A", "_given": [EXTENDED]}]}, "structure", "name[0].given"),
    ({"name": [{"given": [], "_given": [EXTENDED]}]}, "structure", "name[0].given"),
    ({"name": [{"_given": []}]}, "structure", "name[0].given"),
    ({"name": [{"given": ["A", "B"], "_given": [EXTENDED]}]}, "structure", "name[0].given"),
    ({"name": [{"given": ["A", None], "_given": [None, None]}]}, "structure", "name[0].given[1]"),
    ({"name": [{"_given": [EXTENDED, None]}]}, "structure", "name[0].given[1]"),
    ({"name": [{"given": [None], "_given": [{"id": "a"}]}]}, "invariant", "name[0].given[0]"),
    ({"name": [{"given": [1], "_given": [{"id": "a"}]}]}, "structure", "name[0].given[0]"),
    ({"name": [{"given": [1], "_given": [None]}]}, "structure", "name[0].given[0]"),
]


@pytest.mark.parametrize("members", VALID)
def test_a_sibling_beside_or_in_place_of_a_value_is_valid(members: Resource) -> None:
    assert issues({"resourceType": "Patient", **members}) == []


@pytest.mark.parametrize(("members", "code", "expression"), BROKEN)
def test_a_broken_sibling_is_one_issue_at_the_element(members: Json, code: str, expression: str) -> None:
    assert issues({"resourceType": "Patient", **members}) == [(code, f"Patient.{expression}")]
