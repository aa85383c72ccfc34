"""Capabilities: http://hl7.org/fhir/R4/capabilitystatement.html."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance_tests.fhir import smallest
from conformance_tests.interactions.serving import BASE, Service, body
from server.fhir.definitions import Definitions
from server.fhir.resource import Resource
from server.search import kinds

pytestmark = pytest.mark.anyio


async def test_the_statement_is_valid(server: Service) -> None:
    statement = body(await server.get("metadata"))
    assert server.engine.validate(statement) == ()
    assert (statement["fhirVersion"], statement["implementation"]["url"]) == ("4.0.1", BASE)


async def test_all_146_resource_types_are_there(server: Service) -> None:
    statement = body(await server.get("metadata"))
    assert len(statement["rest"][0]["resource"]) == 146
    assert len({one["type"] for one in statement["rest"][0]["resource"]}) == 146


async def test_every_declared_search_parameter_is_searched(server: Service) -> None:
    statement = body(await server.get("metadata"))
    failing = []
    for type_, parameter in _declared(statement):
        answer = await server.get(
            f"{type_}?{parameter['name']}={_value(server.engine.definitions, type_, parameter['name'])}"
        )
        if answer.status_code != 200:
            failing.append((type_, parameter["name"], answer.text))
    assert failing == []


async def test_no_parameter_that_is_not_declared_is_searched(server: Service) -> None:
    statement = body(await server.get("metadata"))
    declared = {(type_, parameter["name"]) for type_, parameter in _declared(statement)}
    definitions = server.engine.definitions
    others = [
        (type_, code)
        for type_ in ("Patient", "Observation", "Claim", "ValueSet")
        for code in definitions.parameters[type_]
        if (type_, code) not in declared
    ]
    assert others
    for type_, code in others:
        assert (await server.get(f"{type_}?{code}=1")).status_code == 400


async def test_a_resource_of_every_type_is_created_read_and_found(server: Service) -> None:
    for type_ in server.engine.definitions.resource_types:
        resource = smallest.resource(server.engine.definitions, type_)
        created = await server.create(resource)
        assert body(await server.get(f"{type_}/{created['id']}")) == created
        assert await server.found(f"{type_}?_id={created['id']}") == [created["id"]]


VALUES = {
    "token": "x",
    "string": "x",
    "reference": "x",
    "date": "2026",
    "uri": "urn:x",
    "number": "1",
    "quantity": "1",
}
"""A value of each type of parameter."""


def _value(definitions: Definitions, type_: str, code: str) -> str:
    parameter = definitions.parameters[type_][code]
    parts = [one for one, _ in kinds.parts(definitions, type_, parameter)] or [parameter]
    return "$".join(VALUES[one.type] for one in parts)


def _declared(statement: Resource) -> Iterator[tuple[str, Resource]]:
    for resource in statement["rest"][0]["resource"]:
        for parameter in resource["searchParam"]:
            yield resource["type"], parameter
