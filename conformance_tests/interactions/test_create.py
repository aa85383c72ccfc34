"""Create: http://hl7.org/fhir/R4/http.html#create."""

from __future__ import annotations

import asyncio

import pytest

from conformance_tests.interactions.serving import BASE, Service, body, issues, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

IDENTIFIED = patient(identifier=[{"system": "urn:s", "value": "1"}])


async def test_a_created_resource_gets_id_version_and_time(server: Service) -> None:
    answer = await server.post("Patient", patient(id="mine", gender="female"))
    expected = patient(id="id-1", meta={"versionId": "1", "lastUpdated": "2026-11-24T09:30:00.250Z"}, gender="female")
    assert (answer.status_code, body(answer)) == (201, expected)


async def test_a_create_says_where_the_resource_is_and_which_version(server: Service) -> None:
    answer = await server.post("Patient", patient())
    named = {name: answer.headers[name] for name in ("location", "etag", "last-modified", "content-type")}
    assert named == {
        "location": f"{BASE}/Patient/id-1/_history/1",
        "etag": 'W/"1"',
        "last-modified": "Tue, 24 Nov 2026 09:30:00 GMT",
        "content-type": "application/fhir+json; charset=utf-8",
    }


async def test_other_meta_of_the_client_is_kept(server: Service) -> None:
    tag = [{"system": "urn:t", "code": "x"}]
    created = await server.create(patient(meta={"versionId": "9", "tag": tag}))
    assert created["meta"] == {"versionId": "1", "lastUpdated": "2026-11-24T09:30:00.250Z", "tag": tag}


@pytest.mark.parametrize(
    ("preference", "expected"),
    [("return=minimal", ""), ("return=representation", "Patient"), ("return=OperationOutcome", "OperationOutcome")],
)
async def test_prefer_decides_what_comes_back(server: Service, preference: str, expected: str) -> None:
    answer = await server.post("Patient", patient(), prefer=preference)
    assert answer.status_code == 201
    assert (body(answer)["resourceType"] if answer.content else "") == expected


async def test_decimals_keep_every_digit(server: Service) -> None:
    text = b'{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"urn:d","valueDecimal":72.50}]}'
    answer = await server.post("Basic", text)
    assert b'"valueDecimal":72.50' in answer.content
    assert b'"valueDecimal":72.50' in (await server.get("Basic/id-1")).content


async def test_primitive_extensions_and_contained_resources_are_kept(server: Service) -> None:
    sent: Resource = patient(
        birthDate="1980-01-01",
        _birthDate={"extension": [{"url": "urn:b", "valueString": "x"}]},
        contained=[{"resourceType": "Organization", "id": "o", "name": "O"}],
        managingOrganization={"reference": "#o"},
    )
    created = await server.create(sent)
    assert {name: created[name] for name in sent} == sent


async def test_an_invalid_resource_is_refused_with_every_issue(server: Service) -> None:
    answer = await server.post("Patient", patient(gender="x", birthDate="1990-13-45", color="red"))
    assert answer.status_code == 400
    assert {expression for _, _, expression in issues(answer)} == {
        "Patient.gender",
        "Patient.birthDate",
        "Patient.color",
    }
    assert (await server.get("Patient/id-1")).status_code == 404


async def test_a_resource_of_another_type_than_the_url_is_refused(server: Service) -> None:
    answer = await server.post("Observation", patient())
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "resourceType")])


async def test_a_create_without_a_body_is_refused(server: Service) -> None:
    answer = await server.post("Patient", b"")
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "")])


async def test_a_conditional_create_without_a_match_creates(server: Service) -> None:
    answer = await server.post("Patient", IDENTIFIED, if_none_exist="identifier=urn:s|1")
    assert answer.status_code == 201


async def test_a_conditional_create_with_a_match_answers_what_exists(server: Service) -> None:
    first = await server.create(IDENTIFIED)
    answer = await server.post("Patient", IDENTIFIED, if_none_exist="identifier=urn:s|1")
    assert (answer.status_code, body(answer)) == (200, first)
    assert answer.headers["location"] == f"{BASE}/Patient/{first['id']}/_history/1"


async def test_a_conditional_create_with_several_matches_is_refused(server: Service) -> None:
    await server.create(IDENTIFIED)
    await server.create(IDENTIFIED)
    answer = await server.post("Patient", IDENTIFIED, if_none_exist="identifier=urn:s|1")
    assert (answer.status_code, issues(answer)) == (412, [("error", "conflict", "")])


@pytest.mark.parametrize("condition", ["", "nonsense=1", "identifier=", "identifier:zzz=x"])
async def test_a_condition_that_is_not_understood_creates_nothing(server: Service, condition: str) -> None:
    answer = await server.post("Patient", IDENTIFIED, if_none_exist=condition)
    assert answer.status_code == 400
    assert await server.found("Patient") == []


async def test_of_64_conditional_creates_at_once_one_creates(server: Service) -> None:
    conditions = ("identifier=urn:s|1", "identifier=1")
    answers = await asyncio.gather(
        *(server.post("Patient", IDENTIFIED, if_none_exist=conditions[number % 2]) for number in range(64))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 63 + [201]
    assert len(await server.found("Patient?identifier=1")) == 1


async def test_identifiers_that_differ_by_case_are_two_patients(server: Service) -> None:
    for value in ("7q", "7Q"):
        given = patient(identifier=[{"system": "urn:s", "value": value}])
        answer = await server.post("Patient", given, if_none_exist=f"identifier=urn:s|{value}")
        assert answer.status_code == 201
