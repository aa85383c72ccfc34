"""http://hl7.org/fhir/R4/conformance-rules.html#constraints: the invariants written by hand."""

from __future__ import annotations

from copy import deepcopy

import pytest

from conformance_tests.validation.examples import DEFINITIONS, EXAMPLES, issues
from server.fhir.resource import Json, Resource
from server.validation.invariants import RULES

IN_ORDER = [
    ("2020", "2020"),
    ("2020-05", "2020"),
    ("2020", "2020-05"),
    ("2020-01-01", "2020-01-01T00:00:00Z"),
    ("2020-01-01T10:00:00+02:00", "2020-01-01T09:00:00+01:00"),
    ("2020-01-01T10:00:00.1Z", "2020-01-01T10:00:00.10Z"),
    ("2020-01-01T10:00:00Z", "2020-01-01T05:00:00-05:00"),
]
OUT_OF_ORDER = [
    ("2021", "2020"),
    ("2020-06", "2020-05-31"),
    ("2020-01-02", "2020-01-01"),
    ("2020-01-01T10:00:00Z", "2020-01-01T09:59:59Z"),
    ("2020-01-01T10:00:00.11Z", "2020-01-01T10:00:00.1Z"),
    ("2020-01-01T10:00:00-05:00", "2020-01-01T10:00:00Z"),
]


def period(start: Json, end: Json) -> Resource:
    return {"resourceType": "Encounter", **EXAMPLES["Encounter"], "period": {"start": start, "end": end}}


def bundle(type: str, *entries: Json, **members: Json) -> Resource:
    return {"resourceType": "Bundle", "type": type, **members, **({"entry": list(entries)} if entries else {})}


def with_resource(type: str, **members: Json) -> Json:
    return {"resource": deepcopy(EXAMPLES[type]), **members}


def version(text: str) -> Json:
    return with_resource("Patient", fullUrl="http://a/1") | {
        "resource": {"resourceType": "Patient", "meta": {"versionId": text}}
    }


REQUEST = {"request": {"method": "GET", "url": "Patient"}}
RESPONSE = {"response": {"status": "200"}}
IDENTIFIED = {"identifier": {"system": "urn:ietf:rfc:3986", "value": "1"}}
DATED = {"timestamp": "2024-01-01T00:00:00Z"}
COMPOSITION = {
    "resource": {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "note"},
        "date": "2024",
        "author": [{"display": "Roe"}],
        "title": "Note",
    }
}
HEADER = {
    "resource": {"resourceType": "MessageHeader", "eventCoding": {"code": "a"}, "source": {"endpoint": "http://a"}}
}

WHOLE: list[Resource] = [
    bundle("searchset", with_resource("Patient", search={"mode": "match"}), total=1),
    bundle(
        "history", {**REQUEST, **RESPONSE, "fullUrl": "http://a/1"}, {**REQUEST, **RESPONSE, "fullUrl": "http://a/1"}
    ),
    bundle("batch-response", RESPONSE),
    bundle("collection", version("1"), version("2")),
    bundle("document", COMPOSITION, **IDENTIFIED, **DATED),
    bundle("message", HEADER),
    bundle("collection"),
]
BROKEN: list[tuple[Resource, str]] = [
    (bundle("collection", total=1), "Bundle.total"),
    (bundle("collection", with_resource("Patient", search={"mode": "match"})), "Bundle.entry[0].search"),
    (bundle("batch", with_resource("Patient")), "Bundle.entry[0]"),
    (bundle("collection", with_resource("Patient", **REQUEST)), "Bundle.entry[0]"),
    (bundle("collection", with_resource("Patient", **RESPONSE)), "Bundle.entry[0]"),
    (bundle("batch-response", with_resource("Patient")), "Bundle.entry[0]"),
    (bundle("collection", {"fullUrl": "http://a/1"}), "Bundle.entry[0]"),
    (bundle("collection", version("1"), version("1")), "Bundle.entry[1].fullUrl"),
    (
        bundle("collection", with_resource("Patient", fullUrl="http://a/Patient/1/_history/1")),
        "Bundle.entry[0].fullUrl",
    ),
    (bundle("document", COMPOSITION, **DATED), "Bundle.identifier"),
    (bundle("document", COMPOSITION, **IDENTIFIED), "Bundle.timestamp"),
    (bundle("document", with_resource("Patient"), **IDENTIFIED, **DATED), "Bundle.entry"),
    (bundle("message"), "Bundle.entry"),
]
MALFORMED: list[Resource] = [
    bundle("collection", "entry", 1, None),
    bundle("collection", {"fullUrl": 1, "resource": {"resourceType": "Patient", "meta": []}}),
    {"resourceType": "Bundle", "type": [], "entry": {}},
    {"resourceType": "Patient", "contained": {"id": []}, "managingOrganization": {"reference": "#a"}},
    {"resourceType": "Patient", "contained": [1, {"id": [], "meta": 1}], "managingOrganization": {"reference": "#a"}},
    period([], {}),
    period("2020-13", "2020-01"),
    {"resourceType": "Patient", "extension": [1, "a", None]},
]


def test_every_rule_is_one_that_r4_states() -> None:
    assert set(RULES) <= set(DEFINITIONS.invariants)


@pytest.mark.parametrize(("start", "end"), IN_ORDER)
def test_per_1_a_period_ends_when_it_starts_or_later(start: str, end: str) -> None:
    assert issues(period(start, end)) == []


@pytest.mark.parametrize(("start", "end"), OUT_OF_ORDER)
def test_per_1_a_period_that_ends_before_it_starts_is_refused(start: str, end: str) -> None:
    assert issues(period(start, end)) == [("invariant", "Encounter.period")]


INNER = [{"url": "c", "valueCode": "d"}]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"valueString": "b", "extension": INNER},
        {"_valueString": {"extension": INNER}, "extension": INNER},
    ],
)
def test_ext_1_an_extension_has_either_a_value_or_extensions(members: Json) -> None:
    assert issues({"resourceType": "Patient", "extension": [{"url": "a", **members}]}) == [
        ("invariant", "Patient.extension[0]")
    ]


@pytest.mark.parametrize("resource", WHOLE)
def test_a_bundle_that_suits_its_type_is_valid(resource: Resource) -> None:
    assert issues(resource) == []


@pytest.mark.parametrize(("resource", "expression"), BROKEN)
def test_a_bundle_that_does_not_suit_its_type_is_told_where(resource: Resource, expression: str) -> None:
    assert issues(resource) == [("invariant", expression)]


@pytest.mark.parametrize("resource", MALFORMED)
def test_a_rule_bears_members_of_any_type(resource: Resource) -> None:
    assert issues(resource) != []


def test_an_entry_is_told_from_the_bundle() -> None:
    resource = bundle("collection", with_resource("Patient"), with_resource("Claim"))
    resource["entry"][1]["resource"]["item"][0]["net"]["value"] = "1"
    assert issues(resource) == [("structure", "Bundle.entry[1].resource.item[0].net.value")]


def test_a_fragment_stays_inside_its_entry() -> None:
    away = {"resource": {"resourceType": "Patient", "managingOrganization": {"reference": "#home"}}}
    resource = bundle("collection", with_resource("Patient"), away)
    assert issues(resource) == [("invariant", "Bundle.entry[1].resource.managingOrganization.reference")]
