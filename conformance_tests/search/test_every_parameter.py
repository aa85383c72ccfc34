"""What is declared can match: http://hl7.org/fhir/R4/searchparameter-registry.html."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from conformance_tests.fhir import fullest
from profiles import load
from server.search import kinds
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
        entries = INDEXER.entries(fullest.resource(DEFINITIONS, type_, turn))
        missing -= {code for code in missing if _found(type_, code, entries)}
    assert missing == set()


def _found(type_: str, code: str, entries: Entries) -> bool:
    """Whether each of the values that the entries of the parameter tell finds the resource, and there is one."""
    asked = list(_values(f"{type_}.{code}", entries))
    criteria = Criteria(DEFINITIONS, type_, NOW)
    return bool(asked) and all(holds(criteria.condition([(code, value)]), entries) for value in asked)


def _values(name: str, entries: Entries) -> Iterator[str]:
    for term in entries.terms:
        if term.startswith(f"{name}="):
            yield term.partition("=")[2]
    for parameter, _, _ in entries.spans:
        if parameter == name:
            yield "ge1000"
    for parameter, text in entries.texts:
        if parameter == name:
            yield text
