"""Searches in a compartment: http://hl7.org/fhir/R4/http.html#vsearch."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service
from conformance_tests.interactions.test_chains import RESOURCES
from conformance_tests.interactions.test_includes import put_all

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Patient/anna/Observation", "o1"),
        ("Patient/ben/Observation?code=2339-0", "o3"),
        ("Patient/anna/Encounter?status=finished", "e"),
        ("Patient/anna/Patient", "anna"),
        ("Patient/nobody/Observation", "o4"),
        ("Patient/cleo/Observation", ""),
        ("Practitioner/juniper/Observation", ""),
    ],
)
async def test_a_compartment_is_searched(server: Service, query: str, found: str) -> None:
    await put_all(server, RESOURCES)
    assert await server.found(query) == found.split()


async def test_pages_of_a_compartment_link_to_the_next(server: Service) -> None:
    await put_all(server, RESOURCES)
    assert await server.found("Patient/ben/Observation?_count=1") == ["o3", "o2"]


@pytest.mark.parametrize(
    "path", ["Patient/anna/Nothing", "Claim/1/Observation", "Patient/anna/ValueSet", "Nothing/1/Claim"]
)
async def test_what_is_in_no_compartment_is_not_found(server: Service, path: str) -> None:
    assert (await server.get(path)).status_code == 404


async def test_a_batch_searches_compartments_too(server: Service) -> None:
    await put_all(server, RESOURCES)
    entry = {"request": {"method": "GET", "url": "Patient/anna/Observation"}}
    answer = await server.post("", {"resourceType": "Bundle", "type": "batch", "entry": [entry]})
    assert answer.json()["entry"][0]["resource"]["entry"][0]["resource"]["id"] == "o1"
