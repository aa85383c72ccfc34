"""Public sample messages with the Bundles that an independent converter makes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from conformance_tests.hl7v2.messages import A04, NOW, P03, translated
from server.fhir import codec
from server.fhir.resource import Json, Resource
from server.hl7v2 import er7
from server.hl7v2.handlers import HANDLERS
from server.hl7v2.translate import translate

SAMPLES = Path(__file__).parents[2].parent / "shared" / "hl7v2"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="needs ../shared")
EVERY = sorted(SAMPLES.glob("messages/*.hl7"))
TAKEN = [one for one in EVERY if tuple(er7.read(one.read_bytes()).header.text(9, part) for part in (1, 2)) in HANDLERS]

PAIRS = [one for one in TAKEN if (SAMPLES / "expected" / f"{one.stem}-expected.json").exists()]
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T.+")

EQUAL = {
    "Patient": ("birthDate", "gender", "deceasedDateTime", "deceasedBoolean", "multipleBirthInteger", "name.use"),
    "Encounter": (
        "class.code",
        "type.coding.code",
        "serviceType.coding.code",
        "hospitalization.admitSource.coding.code",
    ),
    "Coverage": ("class.value", "class.name", "period.start", "period.end", "costToBeneficiary.valueMoney.value"),
    "Account": ("identifier.value", "guarantor.period.start", "status"),
    "Condition": ("onsetDateTime",),
    "ChargeItem": (
        "quantity.value",
        "priceOverride.value",
        "priceOverride.currency",
        "occurrenceDateTime",
        "enteredDate",
        "reason.coding.code",
    ),
}
"""Elements that have exactly the values of the expected Bundle."""

HELD: Mapping[tuple[str, str], frozenset[str]] = {
    ("Patient", "name.family"): frozenset(("Jack", "RADIANT", "123121234A")),  # IN2 and GT1, merged into the patient
    ("Patient", "name.given"): frozenset(("Addsm", "LUCY")),  # a professional suffix as a given name; GT1
    ("Patient", "address.line"): frozenset(("1619 SOUTH UNIVERSITY",)),  # GT1, merged into the patient
    ("Patient", "maritalStatus.coding.code"): frozenset(),
    ("Encounter", "identifier.value"): frozenset(("",)),  # a blank PV1-50
    ("Encounter", "period.start"): frozenset(("2015-02-08T10:24:19+00:00",)),  # PV2-8, expected admission
    ("Encounter", "participant.type.coding.code"): frozenset(("PART",)),  # PV1-52 and ROL
    ("Coverage", "type.coding.code"): frozenset(),
    ("Coverage", "relationship.coding.code"): frozenset(),
    ("RelatedPerson", "period.start"): frozenset(),
    ("RelatedPerson", "address.city"): frozenset(),
    ("Condition", "code.coding.code"): frozenset(("I21",)),  # PDA, cause of death
    ("Procedure", "code.coding.code"): frozenset(("autopsy-performed", "death-certification", "99011")),  # PDA; FT1-25
    ("ChargeItem", "code.coding.code"): frozenset(),
    ("ChargeItem", "identifier.value"): frozenset(),
}
"""Elements that hold every value of the expected Bundle, but for these, which come from elsewhere in the message."""


def bundle(path: Path) -> Resource:
    """What a sample becomes; one of a training system as if it were of production."""
    data = path.read_bytes().replace(b"|T|2.3|", b"|P|2.3|", 1)
    return translate(er7.read(data), data, NOW, UTC).bundle


def expected(path: Path) -> Resource:
    found: Resource = json.loads((SAMPLES / "expected" / f"{path.stem}-expected.json").read_bytes())
    return found


def values(resources: Resource, kind: str, path: str) -> set[str]:
    found = [one["resource"] for one in resources["entry"] if one["resource"]["resourceType"] == kind]
    return {_comparable(one) for one in _at(found, path.split("."))}


def _at(value: Json, path: list[str]) -> Iterator[Json]:
    if isinstance(value, list):
        for one in value:
            yield from _at(one, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _comparable(value: Json) -> str:
    """Times as moments in UTC, anything else as stripped text."""
    text = str(value).strip()
    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if MOMENT.fullmatch(text) else text


@needs_samples
@pytest.mark.parametrize("path", EVERY, ids=lambda one: one.stem)
def test_every_sample_is_read_and_comes_back_as_it_was(path: Path) -> None:
    text = str(er7.read(path.read_bytes()))
    assert str(er7.parse(text)) == text


@needs_samples
def test_the_samples_of_every_message_that_is_taken_are_here() -> None:
    assert {one.stem for one in PAIRS} >= {"ADT-A04-01", "ADT-A08-01", "ADT04-23", "ADT04-251", "DFT-P03-01"}


@needs_samples
@pytest.mark.parametrize("path", PAIRS, ids=lambda one: one.stem)
def test_a_sample_has_the_values_that_an_independent_converter_finds(path: Path) -> None:
    ours, theirs = bundle(path), expected(path)
    differing = {
        (kind, element): values(theirs, kind, element) ^ values(ours, kind, element)
        for kind, elements in EQUAL.items()
        for element in elements
    }
    assert {place: found for place, found in differing.items() if found} == {}


@needs_samples
@pytest.mark.parametrize("path", PAIRS, ids=lambda one: one.stem)
def test_a_sample_lacks_no_value_but_those_of_other_segments(path: Path) -> None:
    ours, theirs = bundle(path), expected(path)
    lacking = {
        (kind, element): values(theirs, kind, element) - values(ours, kind, element) - left
        for (kind, element), left in HELD.items()
    }
    assert {place: found for place, found in lacking.items() if found} == {}


@needs_samples
@pytest.mark.parametrize("path", TAKEN, ids=lambda one: one.stem)
def test_every_resource_of_a_sample_is_one_of_r4(path: Path) -> None:
    for one in bundle(path)["entry"]:
        get_fhir_model_class(one["resource"]["resourceType"]).model_validate_json(codec.encode(one["resource"]))


@pytest.mark.parametrize("message", [A04, P03])
def test_every_resource_of_our_examples_is_one_of_r4(message: str) -> None:
    for one in translated(message).bundle["entry"]:
        get_fhir_model_class(one["resource"]["resourceType"]).model_validate_json(codec.encode(one["resource"]))
