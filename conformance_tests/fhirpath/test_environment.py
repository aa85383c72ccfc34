"""What an evaluation is given: http://hl7.org/fhirpath/N1/#environment-variables."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from profiles import load
from server.fhir.resource import Json, Resource
from server.fhirpath.environment import Environment, Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.expression import Compiler, compile, evaluate

DEFINITIONS = load.definitions()
COMPILER = Compiler(DEFINITIONS)
PATIENT: Resource = {"resourceType": "Patient", "id": "p", "gender": "female", "maritalStatus": {"text": "x"}}
ENCOUNTER: Resource = {
    "resourceType": "Encounter",
    "id": "e",
    "contained": [{"resourceType": "Location", "id": "l", "name": "Ward"}, {"resourceType": 7, "id": "odd"}],
    "subject": {"reference": "Patient/p"},
    "location": [{"location": {"reference": "#l"}}, {"location": {"reference": "#none"}}],
    "partOf": {"reference": "#"},
}


class Shelf:
    """A resolver that knows one patient."""

    def resolve(self, reference: str) -> Resource | None:
        return PATIENT if reference == "Patient/p" else None


class Book:
    """A terminology of one value set and one hierarchy."""

    def member_of(self, value: Json, value_set: str) -> bool | None:
        return value == "female" if value_set == "urn:women" else None

    def subsumes(self, general: Json, special: Json) -> bool | None:
        return len(general) < len(special)


class Shapes:
    """Profiles of one name."""

    def conforms(self, value: Json, profile: str) -> bool | None:
        return "id" in value if profile == "urn:named" else None


def of(text: str, resource: Resource = PATIENT, environment: Environment | None = None) -> list[Json]:
    return evaluate(text, resource, DEFINITIONS, environment or Environment())


def test_the_time_is_the_one_that_is_given() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    now = Environment(now=datetime(2026, 11, 24, 23, 5, 7, 89_900, east))
    told = [str(one) for text in ("now()", "today()", "timeOfDay()") for one in of(text, environment=now)]
    assert told == ["2026-11-24T23:05:07.089+05:30", "2026-11-24", "23:05:07.089"]


@pytest.mark.parametrize("text", ["now()", "today()", "timeOfDay()"])
def test_without_a_time_the_time_cannot_be_asked_for(text: str) -> None:
    with pytest.raises(Unevaluable):
        of(text)


def test_variables_are_found_by_their_names() -> None:
    given = Environment(
        variables={"n": 5, "x": Decimal("1.5"), "yes": True, "us-zip": "12345", "all": [1, 2], "who": PATIENT, "e": {}}
    )
    found = of("%n + 1 | %x | %yes | %`us-zip` | %who.id", environment=given)
    assert (found, of("%all", environment=given), of("%e", environment=given)) == (
        [6, Decimal("1.5"), True, "12345", "p"],
        [1, 2],
        [{}],
    )


def test_a_variable_may_stand_for_the_resource() -> None:
    assert of("%resource.id", environment=Environment(variables={"resource": ENCOUNTER})) == ["e"]


def test_an_element_knows_its_resource_and_what_contains_that() -> None:
    given = Environment(resource=PATIENT, root=ENCOUNTER)
    compiled = COMPILER.compile("%context.text | %resource.id | %rootResource.id | text", "CodeableConcept")
    assert compiled.values({"text": "here"}, given) == ["here", "p", "e"]


def test_a_resource_is_its_own_root_when_nothing_else_is_said() -> None:
    assert of("%resource.id & %rootResource.id & %context.id") == ["ppp"]


def test_references_are_looked_up_by_the_resolver() -> None:
    given = Environment(resolver=Shelf())
    assert of("subject.resolve().gender", ENCOUNTER, given) == ["female"]
    assert of("subject.resolve() is Patient", ENCOUNTER, given) == [True]


def test_contained_resources_are_found_without_a_resolver() -> None:
    assert of("location.location.resolve().name | partOf.resolve().id", ENCOUNTER) == ["Ward", "e"]


def test_references_into_what_is_no_resource_lead_nowhere() -> None:
    assert COMPILER.compile("resolve()", "Reference").values({"reference": "#"}) == []
    assert COMPILER.compile("%resource.x.resolve()").values("text", Environment()) == []


@pytest.mark.parametrize(
    ("reference", "type"),
    [
        ({"reference": "Patient/1"}, "Patient"),
        ({"reference": "Patient/1/_history/2"}, "Patient"),
        ({"reference": "https://x.example/fhir/Patient/1"}, "Patient"),
        ({"type": "Patient"}, "Patient"),
        ({"reference": "urn:uuid:9a4f", "type": "Patient"}, "Patient"),
        ({"reference": "Group/1", "type": "Nonsense"}, "Group"),
    ],
)
def test_the_type_of_a_reference_is_told_by_its_text(reference: Json, type: str) -> None:
    for one in ("Patient", "Group"):
        compiled = COMPILER.compile(f"subject.where(resolve() is {one})", "Encounter")
        found = compiled.values({"resourceType": "Encounter", "subject": reference})
        assert found == ([reference] if one == type else [])


def test_a_reference_of_no_known_type_is_of_none() -> None:
    for reference in ({"reference": "urn:uuid:9a4f"}, {"reference": "Nonsense/1"}, {"type": 7}, {"reference": 7}):
        compiled = COMPILER.compile("subject.where(resolve() is Resource)", "Encounter")
        assert compiled.values({"resourceType": "Encounter", "subject": reference}) == []


def test_what_is_not_resolved_has_a_type_and_no_value() -> None:
    (node,) = COMPILER.compile("subject.resolve().ofType(Patient)", "Encounter").nodes(ENCOUNTER)
    assert node == (None, "Patient", None)


def test_codes_are_asked_of_the_terminology() -> None:
    given = Environment(terminology=Book())
    assert of("gender.memberOf('urn:women')", environment=given) == [True]
    assert of("gender.memberOf('urn:men')", environment=given) == []
    assert of("'a'.subsumes('ab') and 'ab'.subsumedBy('a') and 'ab'.subsumes('a').not()", environment=given) == [True]


@pytest.mark.parametrize("text", ["gender.memberOf('urn:women')", "gender.subsumes(gender)"])
def test_without_a_terminology_codes_cannot_be_asked_about(text: str) -> None:
    with pytest.raises(Unevaluable, match="terminology"):
        of(text)


def test_profiles_are_asked_of_those_who_know_them() -> None:
    given = Environment(profiles=Shapes())
    assert of("conformsTo('urn:named')", environment=given) == [True]
    with pytest.raises(Unevaluable):
        of("conformsTo('urn:other')", environment=given)


def test_nodes_have_their_types_and_what_primitives_have_beside() -> None:
    resource = {"resourceType": "Patient", "birthDate": "1980", "_birthDate": {"id": "b"}, "maritalStatus": {}}
    compiled = compile("birthDate | maritalStatus | 1 | contact", DEFINITIONS, "Patient")
    assert compiled.nodes(resource) == [
        ("1980", "date", {"id": "b"}),
        ({}, "CodeableConcept", None),
        (1, "System.Integer", None),
    ]


def test_truth_is_yes_no_or_unknown() -> None:
    told = [COMPILER.compile(text, "Patient").truth(PATIENT) for text in ("gender.exists()", "photo.exists()", "photo")]
    assert told == [True, False, None]


def test_many_expressions_on_one_resource_share_their_scope() -> None:
    scope = Scope(Environment(), [(PATIENT, "Patient", None)])
    counted = COMPILER.compile("%resource.descendants().count()", "CodeableConcept")
    text = COMPILER.compile("text | %context.text | %resource.id", "CodeableConcept")
    scope.move([({"text": "a"}, "CodeableConcept", None)])
    first = (counted.within(scope)[0][0], [node[0] for node in text.within(scope)])
    left = scope.left
    scope.move([({"text": "b"}, "CodeableConcept", None)])
    second = (counted.within(scope)[0][0], [node[0] for node in text.within(scope)])
    assert (first, second) == ((4, ["a", "p"]), (4, ["b", "p"]))
    assert scope.left == left
