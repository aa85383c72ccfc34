"""Parts of resources: http://hl7.org/fhir/R4/search.html#summary."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest

from conformance_tests.fhir import fullest, smallest
from profiles import load
from server.fhir import subset
from server.fhir.definitions import Definitions
from server.fhir.resource import Json, Resource
from server.fhir.subset import SUBSETTED, SUMMARIES, Cutter, Selection
from server.validation.validator import compile_validator

TAG = dict(SUBSETTED)
SELECTIONS = {**SUMMARIES, "elements": subset.of_elements(frozenset(("id",)))}
WHOLE: Resource = {
    "resourceType": "Observation",
    "id": "a",
    "meta": {"versionId": "3", "tag": [{"code": "x"}]},
    "implicitRules": "http://example.org/rules",
    "language": "en",
    "text": {"status": "generated", "div": "<div>x</div>"},
    "contained": [{"resourceType": "Device", "id": "d"}],
    "extension": [{"url": "http://example.org/x", "valueCode": "x"}],
    "modifierExtension": [{"url": "http://example.org/y", "valueCode": "y"}],
    "status": "final",
    "_status": {"id": "s"},
    "code": {"text": "x"},
    "valueQuantity": {"value": Decimal("72.50"), "extension": [{"url": "http://example.org/z", "valueCode": "z"}]},
    "note": [{"text": "x"}],
    "component": [{"id": "c", "code": {"text": "y"}, "valueInteger": 0, "interpretation": [{"text": "z"}]}],
}
ALWAYS = ["resourceType", "id", "meta", "implicitRules", "modifierExtension"]
MANDATORY = [*ALWAYS, "status", "_status", "code"]


@cache
def definitions() -> Definitions:
    return load.definitions()


def cut(selection: Selection, resource: Resource) -> Resource:
    return Cutter(definitions(), selection).cut(resource)


def of(name: str) -> Resource:
    return cut(SELECTIONS[name], WHOLE)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("true", [*MANDATORY, "valueQuantity", "component"]),
        ("text", [*MANDATORY, "text"]),
        ("data", [name for name in WHOLE if name != "text"]),
        ("elements", MANDATORY),
    ],
)
def test_a_part_has_what_is_asked_for_and_what_is_mandatory(name: str, members: list[str]) -> None:
    assert sorted(of(name)) == sorted(members)


@pytest.mark.parametrize("name", SELECTIONS)
def test_a_part_is_marked_beside_its_other_tags(name: str) -> None:
    assert of(name)["meta"] == {"versionId": "3", "tag": [{"code": "x"}, TAG]}
    assert subset.is_part(of(name))
    assert not subset.is_part(WHOLE)


def test_a_part_of_a_part_is_marked_once() -> None:
    assert cut(SUMMARIES["data"], of("data")) == of("data")


def test_what_has_no_metadata_is_marked_too() -> None:
    assert cut(SUMMARIES["data"], {"resourceType": "Basic"}) == {"resourceType": "Basic", "meta": {"tag": [TAG]}}


def test_a_summary_looks_into_backbone_elements_and_keeps_data_types_whole() -> None:
    assert of("true")["component"] == [{"code": {"text": "y"}, "valueInteger": 0}]
    assert of("true")["valueQuantity"] == WHOLE["valueQuantity"]


def test_a_summary_looks_into_elements_that_repeat_themselves() -> None:
    act = {"code": "x", "title": "y", "documentation": [{"type": "citation"}]}
    plan = {"resourceType": "Library", "status": "draft", "type": {"text": "x"}, "relatedArtifact": [act]}
    assert "relatedArtifact" not in cut(SUMMARIES["true"], plan)


def test_a_backbone_element_of_which_nothing_is_kept_is_left_out() -> None:
    linked = {"resourceType": "Patient", "link": [{"id": "x"}]}
    assert cut(SUMMARIES["true"], linked) == {"resourceType": "Patient", "meta": {"tag": [TAG]}}
    event = {"resourceType": "MessageHeader", "source": {"id": "x"}}
    assert cut(SUMMARIES["true"], event) == {"resourceType": "MessageHeader", "meta": {"tag": [TAG]}}


@pytest.mark.parametrize("name", ["value", "value[x]", "valueQuantity"])
def test_a_choice_is_asked_for_by_each_of_its_names(name: str) -> None:
    assert sorted(cut(subset.of_elements(frozenset((name,))), WHOLE)) == sorted([*MANDATORY, "valueQuantity"])


@pytest.mark.parametrize("name", SELECTIONS)
def test_a_part_of_a_valid_resource_of_every_type_is_valid(name: str) -> None:
    validator, failing = compile_validator(definitions()), []
    for type_ in definitions().resource_types:
        part = cut(SELECTIONS[name], {**smallest.resource(definitions(), type_), "id": "a"})
        failing += [(type_, one) for one in validator.issues(part) if one.failed]
    assert failing == []


@pytest.mark.parametrize("name", SELECTIONS)
def test_a_part_of_every_type_has_nothing_that_the_whole_has_not(name: str) -> None:
    for type_ in definitions().resource_types:
        whole = fullest.resource(definitions(), type_, 0)
        part = cut(SELECTIONS[name], whole)
        assert part.pop("meta")["tag"][-1] == TAG
        assert _within(part, whole), type_


def _within(part: Json, whole: Json) -> bool:
    if isinstance(part, dict):
        return all(name in whole and _within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list):
        return len(part) <= len(whole) and all(any(_within(one, other) for other in whole) for one in part)
    return bool(part == whole)
