"""Read and vread: http://hl7.org/fhir/R4/http.html#read."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, body, issues, patient

pytestmark = pytest.mark.anyio


async def test_a_read_gives_the_current_version(server: Service) -> None:
    created = await server.create(patient(gender="male"))
    answer = await server.get(f"Patient/{created['id']}")
    assert (answer.status_code, body(answer)) == (200, created)
    assert (answer.headers["etag"], answer.headers["last-modified"]) == ('W/"1"', "Tue, 24 Nov 2026 09:30:00 GMT")


async def test_a_resource_that_never_was_is_not_found(server: Service) -> None:
    answer = await server.get("Patient/nobody")
    assert (answer.status_code, issues(answer)) == (404, [("error", "not-found", "")])


async def test_a_deleted_resource_is_gone(server: Service) -> None:
    await server.create(patient())
    await server.delete("Patient/id-1")
    answer = await server.get("Patient/id-1")
    assert (answer.status_code, issues(answer)) == (410, [("error", "deleted", "")])


async def test_a_client_that_has_the_version_gets_no_body(server: Service) -> None:
    await server.create(patient())
    answer = await server.get("Patient/id-1", if_none_match='W/"1"')
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", 'W/"1"')
    assert (await server.get("Patient/id-1", if_none_match='W/"2"')).status_code == 200


async def test_every_version_can_be_read(server: Service) -> None:
    await server.create(patient(gender="male"))
    await server.put("Patient/id-1", patient(id="id-1", gender="female"))
    genders = [body(await server.get(f"Patient/id-1/_history/{version}"))["gender"] for version in (1, 2)]
    assert genders == ["male", "female"]


@pytest.mark.parametrize("version", ["3", "0", "01", "x", "99999999999999999999"])
async def test_a_version_that_never_was_is_not_found(server: Service, version: str) -> None:
    await server.create(patient())
    assert (await server.get(f"Patient/id-1/_history/{version}")).status_code == 404


async def test_the_version_of_a_deletion_is_gone(server: Service) -> None:
    await server.create(patient())
    await server.delete("Patient/id-1")
    assert (await server.get("Patient/id-1/_history/1")).status_code == 200
    assert (await server.get("Patient/id-1/_history/2")).status_code == 410


async def test_a_read_refuses_a_parameter_that_it_does_not_take(server: Service) -> None:
    await server.create(patient())
    answer = await server.get("Patient/id-1?gender=male")
    assert (answer.status_code, issues(answer)) == (400, [("error", "not-supported", "gender")])
