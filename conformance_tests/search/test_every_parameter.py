"""What is declared can match: http://hl7.org/fhir/R4/searchparameter-registry.html."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from conformance_tests.fhir import fullest
from profiles import load
from server.fhir.resource import Resource
from server.search import kinds, unions, wholes
from server.search.compiler import Criteria
from server.search.entries import Entries
from server.search.indexer import Indexer
from server.search.interpreter import holds

DEFINITIONS = load.definitions()
INDEXER = Indexer(DEFINITIONS)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TURNS = 200


@pytest.mark.parametrize("type_", DEFINITIONS.resource_types)
def test_every_declared_parameter_of_a_type_finds_a_resource(type_: str) -> None:
    missing = {code for code, one in DEFINITIONS.parameters[type_].items() if kinds.of(one) is not None}
    for turn in range(TURNS):
        if not missing:
            break
        resource = fullest.resource(DEFINITIONS, type_, turn)
        entries = INDEXER.entries(resource)
        missing -= {code for code in missing if _found(resource, code, entries)}
    assert missing == set()


def _found(resource: Resource, code: str, entries: Entries) -> bool:
    """Whether each of the values that tell the parameter finds the resource, and there is one."""
    type_, id_ = resource["resourceType"], resource["id"]
    asked = [id_] if code == "_id" else list(_asked(type_, code, entries))
    criteria = Criteria(DEFINITIONS, type_, NOW)
    conditions = [criteria.condition([(code, value)]) for value in asked]
    return bool(asked) and all(holds(one, entries, f"{type_}/{id_}") for one in conditions)


def _asked(type_: str, code: str, entries: Entries) -> Iterator[str]:
    """What finds the resource by a parameter, or by the ones that it is made of."""
    parameter = DEFINITIONS.parameters[type_][code]
    for part in unions.covered(DEFINITIONS, type_).get(code, ()):
        yield from _asked(type_, part.code, entries)
    if code in wholes.codes(DEFINITIONS, type_):
        first, second = (one.code for one, _ in kinds.parts(DEFINITIONS, type_, parameter))
        for left in _values(f"{type_}.{first}", entries):
            yield from (f"{left}${right}" for right in _values(f"{type_}.{second}", entries))
    elif parameter.components:
        yield from _joined(f"{type_}.{code}$", len(parameter.components), entries)
    else:
        yield from _values(f"{type_}.{code}", entries)


def _joined(beginning: str, count: int, entries: Entries) -> Iterator[str]:
    """The values of a composite, whose entries have the form of the first in their name."""
    named = [term.partition("=")[0] for term in entries.terms]
    named += [name for name, _, _ in entries.spans]
    for name in {name for name in named if name.startswith(beginning) and ":" not in name.rpartition("|")[2]}:
        form = name.removeprefix(beginning).partition("=")[0]
        for value in _values(f"{beginning}{form}", entries):
            yield "$".join([form, *[value] * (count - 1)])


def _values(name: str, entries: Entries) -> Iterator[str]:
    for term in entries.terms:
        if term.startswith(f"{name}="):
            yield term.removeprefix(f"{name}=")
    for parameter, low, _ in entries.spans:
        if parameter == name:
            yield "ge1000" if isinstance(low, int) else "gt-9e999"
    for parameter, text in entries.texts:
        if parameter == name:
            yield text
