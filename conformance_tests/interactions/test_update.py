"""Update and delete: http://hl7.org/fhir/R4/http.html#update."""

from __future__ import annotations

import asyncio

import pytest

from conformance_tests.interactions.serving import BASE, Service, body, issues, patient

pytestmark = pytest.mark.anyio

IDENTIFIED = patient(identifier=[{"system": "urn:s", "value": "1"}])


async def test_an_update_makes_the_next_version(server: Service) -> None:
    await server.create(patient())
    answer = await server.put("Patient/id-1", patient(id="id-1", gender="female"))
    expected = patient(id="id-1", meta={"versionId": "2", "lastUpdated": "2026-11-24T09:30:00.250Z"}, gender="female")
    assert (answer.status_code, body(answer), answer.headers["etag"]) == (200, expected, 'W/"2"')


async def test_an_update_of_nothing_creates_under_the_id_of_the_client(server: Service) -> None:
    answer = await server.put("Patient/mine", patient(id="mine"))
    assert (answer.status_code, answer.headers["location"]) == (201, f"{BASE}/Patient/mine/_history/1")
    assert (await server.get("Patient/mine")).status_code == 200


async def test_an_update_of_what_was_deleted_creates_it_again(server: Service) -> None:
    await server.create(patient())
    await server.delete("Patient/id-1")
    answer = await server.put("Patient/id-1", patient(id="id-1"))
    assert (answer.status_code, answer.headers["etag"]) == (201, 'W/"3"')


async def test_an_update_that_changes_nothing_makes_no_version(server: Service) -> None:
    created = await server.create(patient(gender="female"))
    answer = await server.put("Patient/id-1", created)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"1"')


@pytest.mark.parametrize("sent", [patient(), patient(id="other")])
async def test_the_id_of_the_body_must_be_that_of_the_url(server: Service, sent: dict[str, str]) -> None:
    answer = await server.put("Patient/id-1", sent)
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "Patient.id")])


@pytest.mark.parametrize("id_", ["a_b", "x" * 65, "a%20b", "%C3%A9"])
async def test_an_id_that_is_none_is_refused(server: Service, id_: str) -> None:
    answer = await server.put(f"Patient/{id_}", patient(id="a"))
    assert answer.status_code == 400


async def test_if_match_lets_through_the_current_version_only(server: Service) -> None:
    await server.create(patient())
    wrong = await server.put("Patient/id-1", patient(id="id-1", gender="male"), if_match='W/"7"')
    right = await server.put("Patient/id-1", patient(id="id-1", gender="male"), if_match='W/"1"')
    assert (wrong.status_code, issues(wrong), right.status_code) == (412, [("error", "conflict", "")], 200)


async def test_if_match_on_nothing_is_refused(server: Service) -> None:
    answer = await server.put("Patient/id-1", patient(id="id-1"), if_match='W/"1"')
    assert answer.status_code == 412
    assert (await server.get("Patient/id-1")).status_code == 404


async def test_an_if_match_that_is_no_entity_tag_is_refused(server: Service) -> None:
    await server.create(patient())
    assert (await server.put("Patient/id-1", patient(id="id-1"), if_match="one")).status_code == 400


async def test_if_none_match_of_anything_lets_only_a_create_through(server: Service) -> None:
    first = await server.put("Patient/a", patient(id="a"), if_none_match="*")
    second = await server.put("Patient/a", patient(id="a", gender="male"), if_none_match="*")
    assert (first.status_code, second.status_code) == (201, 412)


async def test_of_64_updates_with_one_if_match_one_succeeds(server: Service) -> None:
    await server.create(patient())
    sent = [patient(id="id-1", multipleBirthInteger=number) for number in range(64)]
    answers = await asyncio.gather(*(server.put("Patient/id-1", one, if_match='W/"1"') for one in sent))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 63


async def test_of_64_updates_at_once_none_is_lost(server: Service) -> None:
    await server.create(patient())
    sent = [patient(id="id-1", multipleBirthInteger=number) for number in range(64)]
    answers = await asyncio.gather(*(server.put("Patient/id-1", one) for one in sent))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["etag"] for answer in answers} == {f'W/"{version}"' for version in range(2, 66)}
    history = body(await server.get("Patient/id-1/_history?_count=100"))
    numbers = [one["resource"].get("multipleBirthInteger") for one in history["entry"]]
    assert sorted(number for number in numbers if number is not None) == list(range(64))


async def test_a_delete_leaves_the_history(server: Service) -> None:
    await server.create(patient())
    answer = await server.delete("Patient/id-1")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (204, b"", 'W/"2"')
    assert await server.found("Patient") == []
    assert (await server.get("Patient/id-1/_history/1")).status_code == 200


@pytest.mark.parametrize("path", ["Patient/nobody", "Patient/id-1"])
async def test_a_delete_of_nothing_succeeds(server: Service, path: str) -> None:
    await server.create(patient())
    await server.delete("Patient/id-1")
    assert (await server.delete(path)).status_code == 204


async def test_a_delete_obeys_if_match(server: Service) -> None:
    await server.create(patient())
    assert (await server.delete("Patient/id-1", if_match='W/"2"')).status_code == 412
    assert (await server.delete("Patient/id-1", if_match='W/"1"')).status_code == 204


async def test_a_conditional_update_without_a_match_creates(server: Service) -> None:
    answer = await server.put("Patient?identifier=urn:s|1", IDENTIFIED)
    assert (answer.status_code, body(answer)["id"]) == (201, "id-1")


async def test_a_conditional_update_without_a_match_takes_the_id_of_the_body(server: Service) -> None:
    answer = await server.put("Patient?identifier=urn:s|1", {**IDENTIFIED, "id": "mine"})
    assert (answer.status_code, body(answer)["id"]) == (201, "mine")


async def test_a_conditional_update_never_takes_the_id_of_another(server: Service) -> None:
    await server.put("Patient/mine", patient(id="mine"))
    answer = await server.put("Patient?identifier=urn:s|1", {**IDENTIFIED, "id": "mine"})
    assert (answer.status_code, issues(answer)) == (409, [("error", "conflict", "Patient.id")])


async def test_a_conditional_update_with_one_match_updates_it(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.put("Patient?identifier=urn:s|1", {**IDENTIFIED, "gender": "male"})
    assert (answer.status_code, body(answer)["id"], answer.headers["etag"]) == (200, "id-1", 'W/"2"')


async def test_a_conditional_update_with_several_matches_is_refused(server: Service) -> None:
    await server.create(IDENTIFIED)
    await server.create(IDENTIFIED)
    assert (await server.put("Patient?identifier=urn:s|1", IDENTIFIED)).status_code == 412


async def test_a_conditional_update_without_a_condition_is_refused(server: Service) -> None:
    assert (await server.put("Patient", IDENTIFIED)).status_code == 400


async def test_of_32_conditional_updates_at_once_one_creates(server: Service) -> None:
    sent = [{**IDENTIFIED, "multipleBirthInteger": number} for number in range(32)]
    answers = await asyncio.gather(*(server.put("Patient?identifier=urn:s|1", one) for one in sent))
    assert sum(answer.status_code == 201 for answer in answers) == 1
    assert {answer.status_code for answer in answers} == {200, 201}
    assert len(await server.found("Patient")) == 1


async def test_what_cannot_be_an_id_is_not_deleted(server: Service) -> None:
    answer = await server.delete("Patient/a_b")
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "id")])


async def test_an_update_whose_members_come_in_another_order_makes_no_version(server: Service) -> None:
    given = patient(id="a", active=True, name=[{"family": "Rivera", "given": ["Rosa"]}], gender="female")
    assert (await server.put("Patient/a", given)).status_code == 201
    turned = {**dict(reversed(given.items())), "name": [dict(reversed(given["name"][0].items()))]}
    assert body(await server.put("Patient/a", turned))["meta"]["versionId"] == "1"
    assert body(await server.put("Patient/a", {**turned, "active": False}))["meta"]["versionId"] == "2"


@pytest.mark.parametrize("tag", ['"abc/def"', '""', 'W/"x,y"', '"2", W/"3"', '"1,1"'])
async def test_an_if_match_of_no_version_is_a_failed_precondition(server: Service, tag: str) -> None:
    await server.put("Patient/a", patient(id="a"))
    assert (await server.put("Patient/a", patient(id="a", active=True), if_match=tag)).status_code == 412
    assert (await server.put("Patient/a", patient(id="a", active=True), if_match=f'{tag}, W/"1"')).status_code == 200
