"""What comes along with a claim in a Bundle: it is created, under what it is called there."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.operations.claims import all_of, claim, submitted
from server.fhir.resource import Json, Resource

pytestmark = pytest.mark.anyio

PATIENT: Resource = {"resourceType": "Patient", "id": "zed", "name": [{"family": "Zed"}]}


def _sent(request: Json) -> Resource:
    main: Resource = {"resource": claim("mirabel-visit")}
    if request is None:
        return {"resourceType": "Bundle", "type": "collection", "entry": [main, {"resource": PATIENT}]}
    asked = [{**main, "request": {"method": "POST", "url": "Claim"}}, {"resource": PATIENT, "request": request}]
    return {"resourceType": "Bundle", "type": "transaction", "entry": asked}


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "DELETE", "url": "Patient/zed"},
        {"method": "PUT", "url": "Patient/other"},
        {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=1"},
        {"method": "PUT", "url": "Patient/zed", "ifMatch": 'W/"1"'},
        {"method": "GET", "url": "Patient/zed"},
    ],
)
async def test_what_an_entry_asks_for_beside_being_created_is_refused(server: Service, request_: Json) -> None:
    answer = await server.post("Claim/$submit", _sent(request_))
    assert (answer.status_code, issues(answer)) == (422, [("error", "processing", "Bundle.entry[1].request")])
    assert (await server.get("Patient/zed")).status_code == 404


@pytest.mark.parametrize(
    "request_", [None, {"method": "POST", "url": "Patient"}, {"method": "PUT", "url": "Patient/zed"}]
)
async def test_what_comes_along_is_created(server: Service, request_: Json) -> None:
    await submitted(server, _sent(request_))
    assert (await server.get("Patient/zed")).status_code == 200


ELSEWHERE = "http://other.example/fhir"


@pytest.mark.parametrize("base", [ELSEWHERE, ""])
async def test_a_relative_reference_is_to_the_server_of_its_entry(server: Service, base: str) -> None:
    """The encounter that comes along has the id of one that is here already."""
    given = claim("mirabel-visit")
    encounter = {**body(await server.get("Encounter/mirabel-september")), "id": "theirs"}
    given["item"] = [{**one, "encounter": [{"reference": "Encounter/mirabel-september"}]} for one in given["item"]]
    del encounter["id"], encounter["meta"]
    entries: list[Resource] = [
        {**({"fullUrl": f"{base}/Claim/1"} if base else {}), "resource": given},
        {"fullUrl": f"{ELSEWHERE}/Encounter/mirabel-september", "resource": encounter},
    ]
    response = await submitted(server, {"resourceType": "Bundle", "type": "collection", "entry": entries})
    posted = body(await server.get(response["request"]["reference"]))
    found = {one["encounter"][0]["reference"] for one in posted["item"]}
    assert len(found) == 1
    assert (found != {"Encounter/mirabel-september"}) is bool(base)
    assert len(await all_of(server, "Encounter?patient=mirabel-thistledown&date=2026-09&_count=50")) == 2


@pytest.mark.parametrize("header", ["if_match", "if_none_exist"])
async def test_a_condition_on_an_operation_is_refused(server: Service, header: str) -> None:
    answer = await server.post("Claim/$submit", claim("mirabel-visit"), **{header: 'W/"1"'})
    assert answer.status_code == 400
    assert await all_of(server, "ExplanationOfBenefit") == []


async def test_two_resources_of_one_full_url_are_refused(server: Service) -> None:
    locations = [{"resourceType": "Location", "id": one, "meta": {"versionId": one[1]}} for one in ("l1", "l2")]
    entries = [{"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": one} for one in locations]
    sent = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": claim("mirabel-visit")}, *entries]}
    answer = await server.post("Claim/$submit", sent)
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry")
