"""Deleting what meets a condition: http://hl7.org/fhir/R4/http.html#cdelete."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import Service, issues, patient

pytestmark = pytest.mark.anyio


async def _three(server: Service) -> None:
    for id_, family in (("a", "Rivera"), ("b", "Rivera"), ("c", "Stone")):
        await server.put(f"Patient/{id_}", patient(id=id_, name=[{"family": family}]))


@pytest.mark.parametrize(
    ("query", "left"),
    [("family=rivera", ["c"]), ("family=stone", ["b", "a"]), ("family=nobody", ["c", "b", "a"]), ("_id=a,c", ["b"])],
)
async def test_all_that_meets_a_condition_is_deleted(server: Service, query: str, left: list[str]) -> None:
    await _three(server)
    assert (await server.delete(f"Patient?{query}")).status_code == 204
    assert await server.found("Patient") == left


async def test_what_is_deleted_keeps_its_history(server: Service) -> None:
    await _three(server)
    await server.delete("Patient?family=stone")
    assert (await server.get("Patient/c")).status_code == 410
    assert (await server.get("Patient/c/_history/1")).status_code == 200


@pytest.mark.parametrize("query", ["", "?", "?nothing=x", "?family", "?organization.name=x", "?_count=1"])
async def test_without_a_condition_that_is_understood_nothing_is_deleted(server: Service, query: str) -> None:
    await _three(server)
    assert (await server.delete(f"Patient{query}")).status_code == 400
    assert await server.found("Patient") == ["c", "b", "a"]


async def test_a_condition_that_very_many_meet_deletes_nothing(server: Service) -> None:
    for _ in range(2):
        many = [entry("POST", "Patient", patient(gender="male")) for _ in range(501)]
        await server.post("", bundle(*many))
    answer = await server.delete("Patient?gender=male")
    assert (answer.status_code, issues(answer)[0][0]) == (412, "error")
    assert len(await server.found("Patient?gender=male&_count=1000")) == 1_002


@pytest.mark.parametrize("type_", ["batch", "transaction"])
async def test_bundles_delete_by_condition(server: Service, type_: str) -> None:
    await _three(server)
    sent = bundle(entry("DELETE", "Patient?family=stone"), entry("DELETE", "Patient?family=nobody"), type=type_)
    answer = await server.post("", sent)
    assert responses(answer) == [("204 No Content", ""), ("204 No Content", "")]
    assert await server.found("Patient") == ["b", "a"]


async def test_a_transaction_deletes_one_resource_an_entry(server: Service) -> None:
    await _three(server)
    answer = await server.post("", bundle(entry("DELETE", "Patient?family=rivera")))
    assert (answer.status_code, issues(answer)[0][2]) == (412, "Bundle.entry[0]")
    assert await server.found("Patient") == ["c", "b", "a"]


async def test_a_transaction_touches_what_it_deletes_once(server: Service) -> None:
    await _three(server)
    sent = bundle(entry("DELETE", "Patient?family=stone"), entry("PUT", "Patient/c", patient(id="c")))
    assert (await server.post("", sent)).status_code == 400
    assert await server.found("Patient") == ["c", "b", "a"]
