"""FHIRPath Patch: http://hl7.org/fhir/R4/fhirpatch.html."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.patching import shared_cases
from conformance_tests.patching.parameters import operation, parameters, part
from profiles import load
from server.fhir import codec, xml_codec
from server.fhir.errors import Invalid, Unprocessable
from server.fhir.resource import Json, Resource
from server.patching import fhirpath_patch

DEFINITIONS = load.definitions()
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CASES = shared_cases.read("fhirpath-patch-r4.json")

PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "a",
    "identifier": [{"value": "1"}, {"system": "urn:s", "value": "2"}, {"value": "3"}],
    "name": [{"family": "Rivera", "given": ["Rosa", "Maria"], "_given": [None, {"id": "m"}]}],
    "birthDate": "1984-02-29",
    "deceasedBoolean": False,
}


def patched(resource: Resource, *operations: Resource) -> Resource:
    return fhirpath_patch.read(parameters(*operations), DEFINITIONS, NOW)(resource)


def with_(**elements: Json) -> Resource:
    """The Patient with other elements; without those that are None."""
    return {name: value for name, value in {**PATIENT, **elements}.items() if value is not None}


def _unprefixed(text: str) -> str:
    """The text without prefixes in its narrative, which this server does not take."""
    plain = text.replace("<html:div>", '<div xmlns="http://www.w3.org/1999/xhtml">')
    return plain.replace("<html:", "<").replace("</html:", "</")


def _comparable(resource: Resource) -> Resource:
    """The resource with the white space of its narrative told apart no more."""
    text = resource.get("text")
    return {**resource, "text": {**text, "div": "".join(text["div"].split())}} if text else resource


@pytest.mark.skipif(not CASES, reason="needs ../shared")
@pytest.mark.parametrize("case", CASES, ids=[one["id"] for one in CASES])
def test_a_public_case_gives_what_it_says(case: dict[str, Any]) -> None:
    before, change, after = (
        xml_codec.decode_resource(_unprefixed(case["xml"][name]).strip().encode(), DEFINITIONS)
        for name in ("input", "diff", "output")
    )
    assert _comparable(fhirpath_patch.read(change, DEFINITIONS, NOW)(before)) == _comparable(after)


@pytest.mark.parametrize(
    ("made", "changed"),
    [
        (operation("add", "Patient", name="gender", value=part("value", valueCode="female")), {"gender": "female"}),
        (
            operation("add", "Patient.name[0]", name="given", value=part("value", valueString="Ana")),
            {"name": [{"family": "Rivera", "given": ["Rosa", "Maria", "Ana"], "_given": [None, {"id": "m"}, None]}]},
        ),
        (
            operation(
                "add",
                "Patient.birthDate",
                name="extension",
                value=part("value", part=[part("url", valueUri="urn:e"), part("value", valueBoolean=True)]),
            ),
            {"_birthDate": {"extension": [{"url": "urn:e", "valueBoolean": True}]}},
        ),
        (
            operation("add", "Patient", name="contained", value=part("value", resource={"resourceType": "Basic"})),
            {"contained": [{"resourceType": "Basic"}]},
        ),
        (
            operation(
                "add",
                "Patient",
                name="communication",
                value=part("value", part=[part("language", valueCodeableConcept={"text": "es"})]),
            ),
            {"communication": [{"language": {"text": "es"}}]},
        ),
        (
            operation("insert", "Patient.name[0].given", index=0, value=part("value", valueString="Ana")),
            {"name": [{"family": "Rivera", "given": ["Ana", "Rosa", "Maria"], "_given": [None, None, {"id": "m"}]}]},
        ),
        (
            operation("insert", "Patient.telecom", index=0, value=part("value", valueContactPoint={"value": "1"})),
            {"telecom": [{"value": "1"}]},
        ),
        (operation("delete", "Patient.birthDate"), {"birthDate": None}),
        (operation("delete", "Patient.gender"), {}),
        (
            operation("delete", "Patient.name.given[1]"),
            {"name": [{"family": "Rivera", "given": ["Rosa"]}]},
        ),
        (
            operation("delete", "Patient.name.given.where($this = 'Rosa')"),
            {"name": [{"family": "Rivera", "given": ["Maria"], "_given": [{"id": "m"}]}]},
        ),
        (
            operation("delete", "Patient.identifier.where(system = 'urn:s')"),
            {"identifier": [{"value": "1"}, {"value": "3"}]},
        ),
        (
            operation("replace", "identifier.last().value", value=part("value", valueString="4")),
            {"identifier": [{"value": "1"}, {"system": "urn:s", "value": "2"}, {"value": "4"}]},
        ),
        (
            operation("replace", "Patient.deceased", value=part("value", valueDateTime="2026")),
            {"deceasedBoolean": None, "deceasedDateTime": "2026"},
        ),
        (
            operation("replace", "Patient.deceased.ofType(boolean)", value=part("value", valueBoolean=True)),
            {"deceasedBoolean": True},
        ),
        (
            operation("move", "Patient.name.given", source=1, destination=0),
            {"name": [{"family": "Rivera", "given": ["Maria", "Rosa"], "_given": [{"id": "m"}, None]}]},
        ),
    ],
    ids=str,
)
def test_an_operation_does_what_it_says(made: Resource, changed: Json) -> None:
    before = codec.encode(PATIENT)
    assert patched(PATIENT, made) == with_(**changed)
    assert codec.encode(PATIENT) == before


def test_an_extension_is_found_by_its_url() -> None:
    resource = {"resourceType": "Basic", "extension": [{"url": "urn:a", "valueCode": "a"}, {"url": "urn:b"}]}
    made = operation("replace", "Basic.extension('urn:a').value", value=part("value", valueCode="b"))
    assert patched(resource, made)["extension"] == [{"url": "urn:a", "valueCode": "b"}, {"url": "urn:b"}]


def test_what_a_primitive_has_beside_its_value_is_patched_where_it_stands() -> None:
    resource = {"resourceType": "Patient", "_birthDate": {"extension": [{"url": "urn:a", "valueCode": "a"}]}}
    made = operation("delete", "Patient.birthDate.extension('urn:a')")
    assert patched(resource, made) == {"resourceType": "Patient"}


def test_elements_of_contained_resources_are_patched_where_they_stand() -> None:
    resource = {"resourceType": "Patient", "contained": [{"resourceType": "Patient", "gender": "male"}]}
    made = operation("replace", "Patient.contained.gender", value=part("value", valueCode="female"))
    assert patched(resource, made)["contained"] == [{"resourceType": "Patient", "gender": "female"}]


@pytest.mark.parametrize(
    "made",
    [
        operation("add", "Patient", name="birthDate", value=part("value", valueDate="1984")),
        operation("add", "Patient", name="deceased", value=part("value", valueDateTime="1984")),
        operation("add", "Patient", name="deceased", value=part("value", valueString="1984")),
        operation("add", "Patient", name="birthDate", value=part("value", valueHumanName={"text": "a"})),
        operation("add", "Patient", name="name", value=part("value", valueString="a")),
        operation("add", "Patient", name="birthDate", value=part("value", part=[part("id", valueString="a")])),
        operation("add", "Patient", name="contained", value=part("value", part=[part("id", valueString="a")])),
        operation("add", "Patient", name="unheardOf", value=part("value", valueDate="1984")),
        operation("add", "Patient.identifier", name="value", value=part("value", valueString="4")),
        operation("add", "Patient.telecom", name="value", value=part("value", valueString="4")),
        operation("add", "Observation", name="status", value=part("value", valueCode="final")),
        operation("insert", "Patient.identifier", index=4, value=part("value", valueIdentifier={"value": "4"})),
        operation("insert", "Patient.identifier", index=-1, value=part("value", valueIdentifier={"value": "4"})),
        operation("insert", "Patient.birthDate", index=0, value=part("value", valueDate="1984")),
        operation("delete", "Patient.identifier"),
        operation("delete", "Patient"),
        operation("delete", "Patient.unheardOf"),
        operation("delete", "Patient.identifier.exists()"),
        operation("delete", "Patient.managingOrganization.resolve().name"),
        operation("delete", "Patient.identifier.where(value.substring('a'))"),
        operation("delete", "Patient.identifier | Patient.name"),
        operation("delete", "Patient.deceased is boolean"),
        operation("delete", "Patient" + ".name" * 5_000),
        operation("replace", "Patient.gender", value=part("value", valueCode="female")),
        operation("replace", "Patient.birthDate", value=part("value", valueHumanName={"text": "a"})),
        operation("move", "Patient.identifier", source=3, destination=0),
        operation("move", "Patient.identifier", source=0, destination=3),
    ],
    ids=lambda made: str(made)[:150],
)
def test_an_operation_that_does_not_apply_is_told_by_its_number_and_place(made: Resource) -> None:
    with pytest.raises(Unprocessable) as found:
        patched(PATIENT, operation("delete", "Patient.gender"), made)
    assert str(found.value).startswith("operation 2 (")
    assert found.value.issues[0].expression == "Parameters.parameter[1]"


@pytest.mark.parametrize(
    "made",
    [
        part("other", part=[]),
        part("operation"),
        operation("frob", "Patient.name"),
        operation("delete", "Patient.."),
        part("operation", part=[part("type", valueCode="delete")]),
        part("operation", part=[part("type", valueCode="delete"), part("path", valueInteger=1)]),
        part("operation", part=[part("type", valueCode="delete")] * 2),
        part("operation", part=[part("type", valueCode="delete"), part("paths", valueString="Patient.name")]),
        operation("add", "Patient", name="gender"),
        operation("add", "Patient", name="gender", value=part("value")),
        operation("insert", "Patient.name[0]", index=0, value=part("value", valueString="a")),
        part(
            "operation",
            part=[
                part("type", valueCode="move"),
                part("path", valueString="Patient.name"),
                part("source", valueString="1"),
                part("destination", valueInteger=1),
            ],
        ),
    ],
    ids=lambda made: str(made)[:150],
)
def test_what_is_no_operation_is_told_by_its_place(made: Resource) -> None:
    with pytest.raises(Invalid) as found:
        fhirpath_patch.read(parameters(made), DEFINITIONS, NOW)
    assert found.value.issues[0].expression == "Parameters.parameter[0]"


def test_a_patch_takes_so_much_work_only() -> None:
    resource = {"resourceType": "Patient", "name": [{"given": ["x"] * 20_000}]}
    for made in (
        operation("insert", "Patient.name.given", index=0, value=part("value", valueString="y")),
        operation("delete", "Patient.name.given[0]"),
    ):
        with pytest.raises(Unprocessable, match=r"too much work|too many steps"):
            patched(resource, *[made] * 1_000)


places = st.integers(0, 4)
values = st.sampled_from(("valueString", "valueCode", "valueHumanName", "valueIdentifier")).map(
    lambda name: part("value", **{name: {"id": "x"} if name[5] in "HI" else "x"})
)
paths = st.sampled_from(
    ("Patient", "Patient.name", "Patient.name.given", "Patient.identifier", "Patient.identifier[1]", "deceased")
)
names = st.sampled_from(("name", "given", "value", "gender", "extension", "id"))
drawn = st.one_of(
    st.builds(lambda path, name, value: operation("add", path, name=name, value=value), paths, names, values),
    st.builds(lambda path, index, value: operation("insert", path, index=index, value=value), paths, places, values),
    st.builds(lambda path: operation("delete", path), paths),
    st.builds(lambda path, value: operation("replace", path, value=value), paths, values),
    st.builds(lambda path, a, b: operation("move", path, source=a, destination=b), paths, places, places),
)


@given(st.lists(drawn, max_size=4))
def test_any_operations_apply_or_are_refused_and_leave_what_they_are_given_alone(made: list[Resource]) -> None:
    before = codec.encode(PATIENT)
    try:
        after = patched(PATIENT, *made)
    except (Unprocessable, Invalid):
        after = PATIENT
    assert all(value not in (None, [], {}) for value in after.values())
    assert codec.encode(PATIENT) == before


@given(places.filter(lambda place: place < 3), places.filter(lambda place: place < 3))
def test_a_move_is_undone_by_the_opposite_move(source: int, destination: int) -> None:
    there = operation("move", "Patient.identifier", source=source, destination=destination)
    back = operation("move", "Patient.identifier", source=destination, destination=source)
    assert patched(PATIENT, there, back) == PATIENT
