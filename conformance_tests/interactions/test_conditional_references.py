"""Conditional references stand for what meets them once all other entries are done:
http://hl7.org/fhir/R4/http.html#trules."""

from __future__ import annotations

from typing import Any

import pytest

from conformance_tests.interactions.bundling import bundle, entry
from conformance_tests.interactions.serving import Service, body, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio


def identified(value: str, **elements: Any) -> Resource:
    """A Patient with an identifier."""
    return patient(identifier=[{"system": "urn:ct", "value": value}], **elements)


def about(reference: str, **elements: Any) -> Resource:
    """A resource with this subject."""
    return {"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": reference}, **elements}


ASKING = entry("POST", "Basic", about("Patient?identifier=urn:ct|1"))


async def sent(server: Service, *entries: Resource) -> tuple[int, list[str]]:
    """The status of the transaction, and the subjects of what is stored then."""
    answer = await server.post("", bundle(*entries))
    stored = [body(await server.get(f"Basic/{one}")) for one in await server.found("Basic")]
    return answer.status_code, [one["subject"]["reference"] for one in stored]


@pytest.mark.parametrize("first", [True, False])
async def test_a_resource_that_the_transaction_creates_is_found(server: Service, first: bool) -> None:
    created = entry("POST", "Patient", identified("1"))
    status, subjects = await sent(server, *((created, ASKING) if first else (ASKING, created)))
    assert (status, subjects) == (200, [f"Patient/{(await server.found('Patient'))[0]}"])


async def test_a_resource_that_the_transaction_updates_is_found_as_it_becomes(server: Service) -> None:
    await server.put("Patient/a", identified("2", id="a"))
    assert await sent(server, entry("PUT", "Patient/a", identified("1", id="a")), ASKING) == (200, ["Patient/a"])


async def test_a_resource_that_the_transaction_updates_is_not_found_as_it_was(server: Service) -> None:
    await server.put("Patient/a", identified("1", id="a"))
    assert await sent(server, entry("PUT", "Patient/a", identified("2", id="a")), ASKING) == (400, [])


async def test_a_resource_that_the_transaction_deletes_is_not_found(server: Service) -> None:
    await server.put("Patient/a", identified("1", id="a"))
    assert await sent(server, entry("DELETE", "Patient/a"), ASKING) == (400, [])
    assert (await server.get("Patient/a")).status_code == 200


async def test_a_resource_that_takes_the_place_of_a_deleted_one_is_found(server: Service) -> None:
    await server.put("Patient/a", identified("1", id="a"))
    status, subjects = await sent(
        server, entry("DELETE", "Patient/a"), entry("PUT", "Patient/b", identified("1", id="b")), ASKING
    )
    assert (status, subjects) == (200, ["Patient/b"])


async def test_a_stored_and_a_created_resource_are_several(server: Service) -> None:
    await server.put("Patient/a", identified("1", id="a"))
    assert await sent(server, entry("POST", "Patient", identified("1")), ASKING) == (412, [])


async def test_two_created_resources_are_several(server: Service) -> None:
    twice = [entry("POST", "Patient", identified("1")) for _ in range(2)]
    assert await sent(server, *twice, ASKING) == (412, [])


async def test_what_a_conditional_create_found_is_one(server: Service) -> None:
    await server.put("Patient/a", identified("1", id="a"))
    create = entry("POST", "Patient", identified("1"), ifNoneExist="identifier=urn:ct|1")
    assert await sent(server, create, create, ASKING) == (200, ["Patient/a"])


async def test_two_conditional_creates_of_one_resource_are_one(server: Service) -> None:
    create = entry("POST", "Patient", identified("1"), ifNoneExist="identifier=urn:ct|1")
    status, subjects = await sent(server, create, create, ASKING)
    assert (status, subjects) == (200, [f"Patient/{(await server.found('Patient'))[0]}"])


async def test_what_the_transaction_changes_does_not_hide_what_it_leaves_alone(server: Service) -> None:
    for number in range(5):
        await server.put(f"Patient/{number}", identified("1", id=str(number)))
    changed = [entry("DELETE", f"Patient/{number}") for number in (4, 3, 1, 0)]
    assert await sent(server, *changed, ASKING) == (200, ["Patient/2"])


@pytest.mark.parametrize("query", ["_id=a", "name=Rivera", "birthdate=ge1980", "gender=male,other"])
async def test_every_kind_of_condition_finds_what_the_transaction_writes(server: Service, query: str) -> None:
    written = patient(id="a", name=[{"family": "Rivera"}], birthDate="1981-01-01", gender="male")
    other = patient(id="b", name=[{"family": "Okafor"}], birthDate="1979-01-01", gender="female")
    entries = [entry("PUT", f"Patient/{one['id']}", one) for one in (written, other)]
    assert await sent(server, *entries, entry("POST", "Basic", about(f"Patient?{query}"))) == (200, ["Patient/a"])


async def test_a_resource_is_found_by_what_it_calls_another_entry(server: Service) -> None:
    named = "urn:uuid:11111111-1111-4111-8111-111111111111"
    group: Resource = {"resourceType": "Group", "type": "person", "actual": True}
    group["member"] = [{"entity": {"reference": named}}]
    status, subjects = await sent(
        server,
        entry("PUT", "Group/g", {**group, "id": "g"}),
        entry("PUT", "Patient/a", patient(id="a"), named),
        entry("POST", "Basic", about("Group?member=Patient/a")),
    )
    assert (status, subjects) == (200, ["Group/g"])
