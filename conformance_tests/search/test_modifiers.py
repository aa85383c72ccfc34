"""Modifiers: http://hl7.org/fhir/R4/search.html#modifiers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from profiles import load
from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource
from server.search.compiler import Criteria
from server.search.indexer import Indexer
from server.search.interpreter import holds
from server.search.values import escape

DEFINITIONS = load.definitions()
INDEXER = Indexer(DEFINITIONS)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
GLUCOSE: Json = {
    "coding": [{"system": "urn:codes", "code": "2339-0", "display": "Glucose in Blood"}],
    "text": "Blood sugar",
}
words = st.text(st.sampled_from("abcÄé "), min_size=1, max_size=6).filter(lambda text: bool(text.strip()))


def _found(resource: Resource, code: str, value: str) -> bool:
    condition = Criteria(DEFINITIONS, resource["resourceType"], NOW).condition([(code, value)])
    return holds(condition, INDEXER.entries({"id": "a", **resource}))


def _patient(**elements: Json) -> Resource:
    return {"resourceType": "Patient", **elements}


def _observation(**elements: Json) -> Resource:
    return {"resourceType": "Observation", "status": "final", **elements}


@pytest.mark.parametrize(
    ("code", "elements"),
    [
        ("gender", {"gender": "male"}),
        ("birthdate", {"birthDate": "1984-02-29"}),
        ("name", {"name": [{"family": "Rivera"}]}),
        ("general-practitioner", {"generalPractitioner": [{"display": "Dr. Mirabel"}]}),
        ("_profile", {"meta": {"profile": ["urn:x"]}}),
    ],
)
def test_missing_tells_whether_there_is_a_value(code: str, elements: Resource) -> None:
    assert _found(_patient(**elements), f"{code}:missing", "false")
    assert not _found(_patient(**elements), f"{code}:missing", "true")
    assert _found(_patient(), f"{code}:missing", "true")
    assert not _found(_patient(), f"{code}:missing", "false")


def test_a_value_that_is_only_extended_is_missing() -> None:
    masked = {"extension": [{"url": "urn:masked", "valueBoolean": True}]}
    assert _found(_patient(_birthDate=masked), "birthdate:missing", "true")


def test_what_is_made_of_others_is_missing_where_all_of_them_are() -> None:
    component = {"code": GLUCOSE, "valueCodeableConcept": {"text": "high"}}
    assert _found(_observation(component=[component]), "combo-value-concept:missing", "false")
    assert _found(_observation(code=GLUCOSE), "combo-value-concept:missing", "true")


@pytest.mark.parametrize("value", ["", "yes", "true,false", "TRUE"])
def test_missing_takes_true_or_false(value: str) -> None:
    with pytest.raises(Invalid):
        _found(_patient(), "gender:missing", value)


@given(words, words)
def test_exact_is_the_whole_text_in_its_own_case(text: str, other: str) -> None:
    assume(other != text)
    one = _patient(name=[{"family": text}])
    assert _found(one, "family:exact", escape(text))
    assert not _found(one, "family:exact", escape(other))


@given(words, st.data())
def test_contains_is_any_part_of_a_text(text: str, data: st.DataObject) -> None:
    whole = " ".join(text.split())
    start = data.draw(st.integers(0, len(whole) - 1))
    part = whole[start : data.draw(st.integers(start + 1, len(whole)))]
    assume(part.strip())
    assert _found(_patient(name=[{"family": text}]), "family:contains", escape(part.strip().upper()))
    assert not _found(_patient(name=[{"family": text}]), "family:contains", f"{part}z")


def test_not_finds_what_has_none_of_the_values() -> None:
    male = _patient(gender="male")
    assert not _found(male, "gender:not", "male")
    assert not _found(male, "gender:not", "male,female")
    assert _found(male, "gender:not", "female,other")
    assert _found(_patient(), "gender:not", "male")


@pytest.mark.parametrize("asked", ["gluc", "Glucose in", "blood", "BLOOD SUG", "sugar", "in blood"])
def test_text_is_the_beginning_of_words_of_what_is_displayed(asked: str) -> None:
    assert _found(_observation(code=GLUCOSE), "code:text", asked)
    assert _found(_observation(code=GLUCOSE), "combo-code:text", asked)


@pytest.mark.parametrize("asked", ["lood", "2339-0", "sugar in", "ose"])
def test_text_is_no_other_part(asked: str) -> None:
    assert not _found(_observation(code=GLUCOSE), "code:text", asked)


def test_an_identifier_is_found_by_its_type_and_value() -> None:
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}], "text": "Record"}
    one = _patient(identifier=[{"type": kind, "system": "urn:x", "value": "AB12"}])
    assert _found(one, "identifier:of-type", "http://terminology.hl7.org/CodeSystem/v2-0203|MR|AB12")
    assert not _found(one, "identifier:of-type", "http://terminology.hl7.org/CodeSystem/v2-0203|SS|AB12")
    assert _found(one, "identifier:text", "rec")
    with pytest.raises(Invalid):
        _found(one, "identifier:of-type", "MR|AB12")


def test_a_reference_is_found_by_the_type_that_it_is_to() -> None:
    one = _observation(subject={"reference": "Patient/7"})
    assert all(_found(one, "subject:Patient", asked) for asked in ("7", "Patient/7"))
    assert not _found(one, "subject:Group", "7")
    for name, value in (("subject:Claim", "7"), ("subject:Patient", "Group/7"), ("subject:patient", "7")):
        with pytest.raises(Invalid):
            _found(one, name, value)


def test_a_reference_is_found_by_the_identifier_that_it_states() -> None:
    one = _observation(subject={"identifier": {"system": "urn:mrn", "value": "7"}})
    assert all(_found(one, "subject:identifier", asked) for asked in ("urn:mrn|7", "7", "urn:mrn|"))
    assert not _found(one, "subject:identifier", "urn:other|7")
    assert not _found(one, "subject", "7")


@pytest.mark.parametrize(
    ("modifier", "asked", "found"),
    [
        ("below", "http://acme.org/fhir", True),
        ("below", "http://acme.org/fhir/", True),
        ("below", "http://acme.org/fhir/ValueSet/123", True),
        ("below", "http://acme.org/fh", False),
        ("above", "http://acme.org/fhir/ValueSet/123/_history/5", True),
        ("above", "http://acme.org/fhir/ValueSet/123", True),
        ("above", "http://acme.org/fhir/ValueSet/1234", False),
        ("above", "http://acme.org/fhir/ValueSet", False),
    ],
)
def test_a_uri_is_found_by_what_it_is_below_or_above(modifier: str, asked: str, found: bool) -> None:
    one = {"resourceType": "ValueSet", "url": "http://acme.org/fhir/ValueSet/123"}
    assert _found(one, f"url:{modifier}", asked) is found


@given(st.from_regex(r"urn:[a-z0-9:/.]{1,20}", fullmatch=True))
def test_a_uri_is_found_in_its_own_case_only(uri: str) -> None:
    one = {"resourceType": "ValueSet", "url": uri}
    assert _found(one, "url", uri)
    assert _found(one, "url", uri.upper()) is (uri == uri.upper())
    assert not _found(one, "url", f"{uri}x")


@pytest.mark.parametrize("name", ["gender:exact", "birthdate:not", "name:of-type", "name:zzz", "identifier:contains"])
def test_a_modifier_of_another_type_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="not understood"):
        _found(_patient(), name, "x")
