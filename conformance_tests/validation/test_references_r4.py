"""http://hl7.org/fhir/R4/references.html: targets, fragments and contained resources."""

from __future__ import annotations

import pytest

from conformance_tests.validation.examples import broken, issues
from server.fhir.resource import Json, Resource

HOME: Resource = {"resourceType": "Organization", "id": "home", "name": "Practice"}

ALLOWED = [
    "Organization/1",
    "Organization/1/_history/2",
    "https://example.org/fhir/Organization/1",
    "https://example.org/fhir/Organization/1/_history/3",
    "Organization?identifier=1",
    "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
    "urn:oid:1.2.3",
    "https://example.org/anything",
    "https://example.org/Unknown/1",
    "#home",
]
REFUSED = [
    "Patient/1",
    "Patient/1/_history/2",
    "https://example.org/fhir/Patient/1",
    "https://example.org/fhir/Patient/1/_history/2",
    "Patient?identifier=1",
]


def contained(*resources: Json, **members: Json) -> Resource:
    resource = broken("Patient", ("contained",), list(resources))
    return {**resource, **members}


@pytest.mark.parametrize("reference", ALLOWED)
def test_a_reference_to_an_allowed_type_or_of_no_known_type_is_valid(reference: str) -> None:
    resource = contained({**HOME, "partOf": {"reference": "#"}}, managingOrganization={"reference": reference})
    assert issues(resource) == []


@pytest.mark.parametrize("reference", REFUSED)
def test_a_reference_to_another_type_is_refused(reference: str) -> None:
    resource = contained({**HOME, "partOf": {"reference": "#"}}, managingOrganization={"reference": reference})
    assert issues(resource) == [("value", "Patient.managingOrganization.reference")]


def test_a_fragment_that_leads_to_another_type_is_refused() -> None:
    resource = contained({"resourceType": "Practitioner", "id": "home"})
    assert issues(resource) == [("value", "Patient.managingOrganization.reference")]


def test_a_fragment_that_leads_nowhere_is_refused() -> None:
    assert issues(broken("Patient", ("managingOrganization",), {"reference": "#away"})) == [
        ("invariant", "Patient.managingOrganization.reference"),
        ("invariant", "Patient.contained[0]"),
    ]


def test_a_reference_to_any_type_is_not_judged() -> None:
    resource = {"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": "Claim/1"}}
    assert issues(resource) == []


def test_a_reference_that_is_no_text_is_one_issue() -> None:
    assert issues(broken("Claim", ("patient",), {"reference": 1})) == [("structure", "Claim.patient.reference")]


def test_a_contained_resource_refers_to_its_fellows_by_fragment() -> None:
    other = {"resourceType": "Organization", "id": "other", "name": "Group"}
    assert issues(contained({**HOME, "partOf": {"reference": "#other"}}, other)) == []


@pytest.mark.parametrize(
    ("one", "found"),
    [
        ({**HOME, "contained": [HOME]}, ("invariant", "Patient.contained[0]")),
        ({**HOME, "meta": {"versionId": "1"}}, ("invariant", "Patient.contained[0]")),
        ({**HOME, "meta": {"lastUpdated": "2020-01-01T00:00:00Z"}}, ("invariant", "Patient.contained[0]")),
        ({**HOME, "meta": {"security": [{"code": "R"}]}}, ("invariant", "Patient.contained[0]")),
        ({**HOME, "active": "yes"}, ("structure", "Patient.contained[0].active")),
        ({**HOME, "resourceType": "Foo"}, ("not-supported", "Patient.contained[0]")),
        ("home", ("structure", "Patient.contained[0]")),
    ],
)
def test_a_contained_resource_is_held_to_its_own_rules(one: Json, found: tuple[str, str]) -> None:
    assert found in issues(contained(one))


def test_a_contained_resource_needs_an_id() -> None:
    assert ("required", "Patient.contained[0].id") in issues(contained({"resourceType": "Organization", "name": "A"}))


def test_a_contained_resource_that_nothing_refers_to_is_refused() -> None:
    other = {"resourceType": "Organization", "id": "other", "name": "Group"}
    assert issues(contained(HOME, other)) == [("invariant", "Patient.contained[1]")]


def test_contained_is_an_array() -> None:
    assert ("structure", "Patient.contained") in issues(broken("Patient", ("contained",), HOME))
