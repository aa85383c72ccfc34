"""R4's own expressions: every search parameter and invariant compiles, and invariants hold on valid resources."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance_tests.validation.examples import EXAMPLES
from profiles import load
from server.fhir import codec
from server.fhir.definitions import Definitions
from server.fhir.resource import Resource
from server.fhirpath.expression import Compiler

DEFINITIONS = load.definitions()
COMPILER = Compiler(DEFINITIONS)
ARCHIVE = Path(__file__).parents[3] / "shared" / "synthea" / "synthea2021-r4-dev-small.tar.xz"


def test_every_search_parameter_compiles() -> None:
    for type_, parameters in DEFINITIONS.parameters.items():
        for parameter in parameters.values():
            if parameter.expression:
                COMPILER.compile(parameter.expression, type_)


def test_every_invariant_compiles() -> None:
    for invariant in DEFINITIONS.invariants.values():
        COMPILER.compile(invariant.expression)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_invariants_of_a_valid_resource_hold(name: str) -> None:
    assert list(_broken(DEFINITIONS, EXAMPLES[name])) == []


@pytest.mark.skipif(not ARCHIVE.exists(), reason="needs ../shared")
def test_the_invariants_of_real_resources_hold() -> None:
    broken = {one for resource in _some() for one in _broken(DEFINITIONS, resource)}
    assert broken == set()


def _broken(definitions: Definitions, resource: Resource) -> Iterator[str]:
    """The error invariants of the resource's type that do not hold on it."""
    for key in definitions.types[resource["resourceType"]].root.invariants:
        invariant = definitions.invariants[key]
        if invariant.severity == "error":
            expression = COMPILER.compile(invariant.expression, resource["resourceType"])
            if expression.truth(resource) is False:
                yield f"{resource['resourceType']} {key}"


def _some() -> Iterator[Resource]:
    with tarfile.open(ARCHIVE) as archive:
        for number, member in zip(range(30), archive, strict=False):
            content = archive.extractfile(member) if member.isfile() else None
            if content is not None and number % 3 == 0:
                for entry in codec.decode(content.read())["entry"]:
                    yield entry["resource"]
