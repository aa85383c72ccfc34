"""What is wrong with a claim whose structure has faults: the faults, and whatever else can be told beside them."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_tests.billing import resources
from conformance_tests.validation.examples import VALIDATOR
from operations.billing import readable, scrub, vocabulary
from operations.billing.readable import Unreadable
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

ODD: list[Json] = [None, True, 5, "", "x", [], {}, [[]], {"x": 1}, ["x"], [{}]]
Place: TypeAlias = tuple[Json, str | int]


def _places(value: Json) -> Iterator[Place]:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        if key not in ("resourceType", "id"):
            yield value, key
        if isinstance(one, dict | list):
            yield from _places(one)


@st.composite
def broken(draw: st.DrawFn) -> Resource:
    """A claim that could be billed, but for a few values that are not what they must be."""
    claim = deepcopy(resources.CLAIM)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(claim))
        container, key = places[draw(st.integers(0, 500)) % len(places)]
        container[key] = deepcopy(draw(st.sampled_from(ODD)))
    return claim


def _faults(claim: Resource) -> list[Issue]:
    return [one for one in VALIDATOR.issues(claim) if one.failed]


def _rest(claim: Resource, faults: list[Issue]) -> tuple[Issue, ...]:
    left = readable.plain(readable.of(claim, [one.expression for one in faults]))
    return scrub.issues(replace(resources.case(left), claim=left), faults)


@settings(max_examples=300)
@given(broken())
def test_whatever_is_faulty_rules_do_not_fail_on_it(claim: Resource) -> None:
    faults = _faults(claim)
    assert {one.expression for one in _rest(claim, faults)}.isdisjoint(one.expression for one in faults)


@pytest.mark.parametrize("odd", [one for one in ODD if one != {"x": 1}], ids=str)
def test_a_fault_alone_is_the_only_reason(odd: Json) -> None:
    count = len(list(_places(resources.CLAIM)))
    for number in range(count):
        claim = deepcopy(resources.CLAIM)
        container, key = list(_places(claim))[number]
        container[key] = deepcopy(odd)
        faults = _faults(claim)
        if faults:
            assert _rest(claim, faults) == (), (key, faults)


def test_an_element_that_is_left_out_or_only_an_extension_is_never_failed_on() -> None:
    count = len(list(_places(resources.CLAIM)))
    for number in range(count):
        for extended in (False, True):
            claim = deepcopy(resources.CLAIM)
            container, key = list(_places(claim))[number]
            del container[key]
            if extended and isinstance(container, dict):
                container[f"_{key}"] = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "unknown"}]}
            _rest(claim, _faults(claim))


def test_reasons_beside_a_fault_are_told() -> None:
    claim = deepcopy(resources.CLAIM)
    claim["created"] = "soon"
    claim["item"][0]["quantity"] = "many"
    claim["diagnosis"][0]["diagnosisCodeableConcept"] = {"text": "cough"}
    claim["use"] = "preauthorization"
    found = {one.diagnostics.partition(":")[0] for one in _rest(claim, _faults(claim))}
    assert found == {"diagnosis-coded", "use"}


def test_what_is_not_stated_is_told_beside_the_rest() -> None:
    claim = deepcopy(resources.CLAIM)
    del claim["created"]
    claim["_created"] = {"extension": [{"url": "http://example.org/absent", "valueCode": "unknown"}]}
    claim["use"] = "preauthorization"
    found = [(one.diagnostics.partition(":")[0], one.expression) for one in scrub.issues(resources.case(claim))]
    assert found == [("stated", "Claim.created"), ("use", "Claim.use")]


@pytest.mark.parametrize("name", ["valueQuantity", "_valueString", "status"])
def test_whoever_asks_for_what_is_faulty_is_told(name: str) -> None:
    read = readable.of({"status": 1, "valueQuantity": 1, "code": {}}, ["Observation.value", "Observation.status"])
    for ask in (lambda: read[name], lambda: read.get(name), lambda: name in read):
        with pytest.raises(Unreadable):
            ask()
    assert (read["code"], read.get("note"), list(read)) == ({}, None, ["code"])


def test_a_fault_beside_a_value_leaves_it_readable() -> None:
    """In an extension of a primitive, or of the resource as a whole."""
    read = readable.of({"created": "2026", "use": 5}, ["Claim", "Claim.created.extension[0]", "Claim.use"])
    assert (read["created"], list(read)) == ("2026", ["created"])


def test_of_an_item_that_is_faulty_as_a_whole_nothing_is_read() -> None:
    read = readable.of({"item": [5, {"sequence": 2}]}, ["Claim.item[0]"])
    assert read["item"][1] == {"sequence": 2}
    with pytest.raises(Unreadable):
        read["item"][0].get("sequence")
