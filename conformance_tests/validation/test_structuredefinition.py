"""http://hl7.org/fhir/R4/structuredefinition.html: elements, cardinalities, types, bindings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from conformance_tests.fhir import strategies
from conformance_tests.validation.examples import DEFINITIONS, EXAMPLES, VALIDATOR, broken, issues
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

BIG = "x" * (1024 * 1024 + 1)
ABSENT = {"extension": [{"url": "http://example.org/absent", "valueCode": "unknown"}]}
CLINICAL = "AllergyIntolerance.clinicalStatus"
INNER = "Parameters.parameter[0].resource"
COMPARATOR = "Observation.value.ofType(Quantity).comparator"

MUTATIONS: list[tuple[str, tuple[str | int, ...], Json, str, str]] = [
    ("Patient", ("foo",), 1, "structure", "Patient.foo"),
    ("Patient", ("fhir_comments",), ["x"], "structure", "Patient.fhir_comments"),
    ("Patient", ("a b",), 1, "structure", "Patient"),
    ("Patient", ("_name",), [{"id": "a"}], "structure", "Patient._name"),
    ("Patient", ("name", 0, "resourceType"), "HumanName", "structure", "Patient.name[0].resourceType"),
    ("Patient", ("active",), "true", "structure", "Patient.active"),
    ("Patient", ("active",), 1, "structure", "Patient.active"),
    ("Patient", ("active",), None, "structure", "Patient.active"),
    ("Patient", ("id",), "a_b", "value", "Patient.id"),
    ("Patient", ("id",), "a" * 65, "value", "Patient.id"),
    ("Patient", ("meta", "lastUpdated"), "2024-02-29", "value", "Patient.meta.lastUpdated"),
    ("Patient", ("name",), {"family": "Doe"}, "structure", "Patient.name"),
    ("Patient", ("name",), [], "structure", "Patient.name"),
    ("Patient", ("name",), ["Doe"], "structure", "Patient.name[0]"),
    ("Patient", ("name",), [None], "structure", "Patient.name[0]"),
    ("Patient", ("name",), [{"family": "A"}, {}], "structure", "Patient.name[1]"),
    ("Patient", ("name",), [{"id": "a"}], "invariant", "Patient.name[0]"),
    ("Patient", ("name", 0, "family"), "", "value", "Patient.name[0].family"),
    ("Patient", ("name", 0, "family"), BIG, "value", "Patient.name[0].family"),
    ("Patient", ("name", 0, "family"), ["Doe"], "structure", "Patient.name[0].family"),
    ("Patient", ("gender",), "f", "code-invalid", "Patient.gender"),
    ("Patient", ("gender",), ["female"], "structure", "Patient.gender"),
    ("Patient", ("gender",), " female", "value", "Patient.gender"),
    ("Patient", ("multipleBirthInteger",), Decimal("2.0"), "value", "Patient.multipleBirth.ofType(integer)"),
    ("Patient", ("deceasedDateTime",), "2024", "structure", "Patient.deceased"),
    ("Patient", ("_deceasedDateTime",), ABSENT, "structure", "Patient.deceased"),
    ("Patient", ("deceasedString",), "no", "structure", "Patient.deceasedString"),
    ("Patient", ("maritalStatus",), [{"text": "S"}], "structure", "Patient.maritalStatus"),
    ("Patient", ("link", 0, "type"), "twin", "code-invalid", "Patient.link[0].type"),
    ("Patient", ("text", "div"), "Visit", "value", "Patient.text.div"),
    ("Claim", ("item", 0, "quantity", "value"), "1", "structure", "Claim.item[0].quantity.value"),
    ("Claim", ("item", 0, "quantity", "value"), 1.5, "structure", "Claim.item[0].quantity.value"),
    ("Claim", ("item", 0, "quantity", "value"), True, "structure", "Claim.item[0].quantity.value"),
    ("Claim", ("item", 0, "sequence"), 0, "value", "Claim.item[0].sequence"),
    ("Claim", ("item", 0, "servicedDate"), "2023-02-29", "value", "Claim.item[0].serviced.ofType(date)"),
    ("Claim", ("item", 0, "servicedPeriod"), {"start": "2024"}, "structure", "Claim.item[0].serviced"),
    ("Claim", ("diagnosis", 0, "diagnosisReference"), {"display": "x"}, "structure", "Claim.diagnosis[0].diagnosis"),
    ("Coverage", ("order",), 2**31, "value", "Coverage.order"),
    ("Encounter", ("status",), "done", "code-invalid", "Encounter.status"),
    ("Observation", ("valueQuantity", "comparator"), "=", "code-invalid", COMPARATOR),
    (
        "Observation",
        ("component", 0, "referenceRange", 0, "low"),
        {"value": "1"},
        "structure",
        "Observation.component[0].referenceRange[0].low.value",
    ),
    (
        "ExplanationOfBenefit",
        ("item", 0, "adjudication", 0, "amount", "value"),
        "50.00",
        "structure",
        "ExplanationOfBenefit.item[0].adjudication[0].amount.value",
    ),
    ("Practitioner", ("photo", 0, "data"), "AAE", "value", "Practitioner.photo[0].data"),
    ("Practitioner", ("telecom", 0, "rank"), "1", "structure", "Practitioner.telecom[0].rank"),
    ("Organization", ("address", 0, "line"), "1 Main", "structure", "Organization.address[0].line"),
    ("Organization", ("address", 0, "line"), [], "structure", "Organization.address[0].line"),
    ("Organization", ("address", 0, "line"), ["1 Main", None], "structure", "Organization.address[0].line[1]"),
    (
        "AllergyIntolerance",
        ("clinicalStatus", "coding", 1, "code"),
        "sleeping",
        "code-invalid",
        CLINICAL,
    ),
    ("AllergyIntolerance", ("clinicalStatus",), {"text": "active"}, "code-invalid", CLINICAL),
    ("AllergyIntolerance", ("clinicalStatus",), "active", "structure", CLINICAL),
    (
        "MedicationRequest",
        ("dosageInstruction", 0, "timing", "repeat", "timeOfDay", 0),
        "24:00:00",
        "value",
        "MedicationRequest.dosageInstruction[0].timing.repeat.timeOfDay[0]",
    ),
    ("Parameters", ("parameter", 1, "part", 0, "name"), 1, "structure", "Parameters.parameter[1].part[0].name"),
    ("Parameters", ("parameter", 0, "resource", "gender"), "f", "code-invalid", f"{INNER}.gender"),
    ("Parameters", ("parameter", 0, "resource"), "Patient/1", "structure", INNER),
    ("Parameters", ("parameter", 0, "resource"), {"id": "1"}, "structure", INNER),
    (
        "Parameters",
        ("parameter", 0, "resource"),
        {"resourceType": "Person2"},
        "not-supported",
        INNER,
    ),
    ("ValueSet", ("compose", "include", 0, "concept", 0, "code"), "two  words", "value",
     "ValueSet.compose.include[0].concept[0].code"),
    ("ValueSet", ("url",), "http://example.org/a b", "value", "ValueSet.url"),
]  # fmt: skip

REQUIRED: list[tuple[str, tuple[str | int, ...], str]] = [
    ("Claim", ("status",), "Claim.status"),
    ("Claim", ("insurance",), "Claim.insurance"),
    ("Claim", ("item", 0, "sequence"), "Claim.item[0].sequence"),
    ("Claim", ("diagnosis", 0, "diagnosisCodeableConcept"), "Claim.diagnosis[0].diagnosis"),
    ("Coverage", ("payor",), "Coverage.payor"),
    ("Encounter", ("class",), "Encounter.class"),
    ("ExplanationOfBenefit", ("outcome",), "ExplanationOfBenefit.outcome"),
    ("MedicationRequest", ("medicationCodeableConcept",), "MedicationRequest.medication"),
    ("Bundle", ("type",), "Bundle.type"),
    ("Bundle", ("entry", 0, "request", "url"), "Bundle.entry[0].request.url"),
    ("Patient", ("extension", 0, "url"), "Patient.extension[0].url"),
]


@pytest.mark.parametrize("type", EXAMPLES)
def test_a_valid_resource_has_no_issue(type: str) -> None:
    assert VALIDATOR.issues(EXAMPLES[type]) == ()


@pytest.mark.parametrize(("type", "path", "value", "code", "expression"), MUTATIONS)
def test_one_broken_rule_is_one_issue_at_its_place(
    type: str, path: tuple[str | int, ...], value: Json, code: str, expression: str
) -> None:
    assert issues(broken(type, path, value)) == [(code, expression)]


@pytest.mark.parametrize(("type", "path", "expression"), REQUIRED)
def test_a_missing_required_element_is_named(type: str, path: tuple[str | int, ...], expression: str) -> None:
    assert issues(broken(type, path)) == [("required", expression)]


def test_a_required_element_may_be_absent_for_a_reason() -> None:
    assert issues({**broken("Claim", ("status",)), "_status": ABSENT}) == []


@pytest.mark.parametrize("value", [{}, {"id": "1"}, None, [], "Patient", 1])
def test_what_has_no_resource_type_is_no_resource(value: Json) -> None:
    assert issues(value) == [("structure", "")]


@pytest.mark.parametrize("name", ["Person2", "DomainResource", "HumanName", 1, None, ["Patient"]])
def test_a_resource_type_that_r4_lacks_is_not_supported(name: Json) -> None:
    assert issues({"resourceType": name}) == [("not-supported", "")]


def test_all_issues_are_found_at_once() -> None:
    resource = broken("Claim", ("item", 0, "quantity", "value"), "1")
    resource["use"] = "gift"
    resource["bogus"] = 1
    del resource["provider"]
    assert sorted(issues(resource)) == [
        ("code-invalid", "Claim.use"),
        ("required", "Claim.provider"),
        ("structure", "Claim.bogus"),
        ("structure", "Claim.item[0].quantity.value"),
    ]


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient", "name": [{"family": ""}] * 300},
        {"resourceType": "Patient", "name": [{"given": [""] * 300}]},
        {"resourceType": "Patient", "name": [{"given": [None] * 300, "_given": [None] * 300}]},
        {"resourceType": "Patient", **{f"x{n}": 1 for n in range(300)}},
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Claim"}}] * 300},
    ],
)
def test_a_hundred_issues_are_listed_and_one_says_that_more_exist(resource: Resource) -> None:
    found = VALIDATOR.issues(resource)
    assert [one.severity for one in found] == ["error"] * 100 + ["information"]
    assert found[-1] == Issue("information", "informational", "only the first 100 issues are listed; there are more")


def test_exactly_a_hundred_issues_are_the_whole_list() -> None:
    assert len(VALIDATOR.issues({"resourceType": "Patient", "name": [{"family": ""}] * 100})) == 100


@pytest.mark.parametrize("secret", ["Zebra", "zebra zebra", "zebra<b>", "z" * 41])
def test_no_message_repeats_a_value(secret: str) -> None:
    resource = broken("Patient", ("birthDate",), secret)
    resource["active"] = secret
    resource["name"] = [{"given": secret, "use": secret + "!"}]
    resource[secret + " "] = secret
    resource["maritalStatus"] = {"coding": secret}
    resource["managingOrganization"] = {"reference": "#" + secret}
    text = repr(VALIDATOR.issues(resource))
    assert text.count("error") >= 6
    assert secret not in text


def test_a_wrong_code_is_named_with_its_value_set() -> None:
    (found,) = VALIDATOR.issues(broken("Encounter", ("status",), "done"))
    assert found.diagnostics == (
        "the code 'done' is not in the value set http://hl7.org/fhir/ValueSet/encounter-status,"
        " whose binding is required"
    )


def test_a_binding_whose_codes_are_not_known_is_silent() -> None:
    assert issues(broken("Practitioner", ("photo", 0, "contentType"), "text/anything")) == []


def test_a_concept_may_have_an_extension_in_place_of_codings() -> None:
    assert issues(broken("AllergyIntolerance", ("clinicalStatus",), ABSENT)) == []


def test_the_resource_is_left_as_it_was() -> None:
    resource = broken("Patient", ("foo",), 1)
    VALIDATOR.issues(resource)
    assert resource == broken("Patient", ("foo",), 1)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(strategies.resources(DEFINITIONS))
def test_a_resource_built_from_the_definitions_has_no_structural_issue(resource: Resource) -> None:
    assert [one for one in VALIDATOR.issues(resource) if one.code != "invariant"] == []
