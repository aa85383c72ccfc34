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


CALLED = "urn:uuid:00000000-0000-4000-8000-000000000001"
OTHER = "urn:uuid:00000000-0000-4000-8000-000000000002"
ODD: Json = {"value": 1, "currency": "USD"}


async def _told(server: Service, main: Resource, *along: tuple[str, Resource], **bundle: Json) -> list[str]:
    """Where a claim is refused that comes with others, by what it calls them."""
    named = [{**({"fullUrl": name} if name else {}), "resource": one} for name, one in along]
    sent = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": main}, *named], **bundle}
    answer = await server.post("Claim/$submit", sent)
    assert answer.status_code == 400, answer.text
    return [one[2] for one in issues(answer)]


async def test_a_fault_of_what_comes_along_hides_no_reason_about_the_claim(server: Service) -> None:
    given = {**claim("mirabel-visit"), "total": ODD}
    told = await _told(server, given, ("", {**PATIENT, "gender": 1}), ("", {**PATIENT, "id": "y", "foo": 1}))
    assert told == ["Bundle.entry[1].resource.gender", "Bundle.entry[2].resource.foo", "Bundle.entry[0].resource.total"]


async def test_a_fault_of_the_bundle_hides_no_reason_about_the_claim(server: Service) -> None:
    told = await _told(server, {**claim("mirabel-visit"), "total": ODD}, ("", PATIENT), type="nonsense")
    assert told == ["Bundle.type", "Bundle.entry[0].resource.total"]


async def test_a_fault_of_what_an_entry_asks_for_hides_no_reason_about_the_claim(server: Service) -> None:
    sent = _sent({"method": 5, "url": "Patient"})
    sent["entry"][0]["resource"]["total"] = ODD
    answer = await server.post("Claim/$submit", sent)
    assert [one[2] for one in issues(answer)] == ["Bundle.entry[1].request.method", "Bundle.entry[0].resource.total"]


async def test_of_what_has_a_fault_nothing_else_is_told(server: Service) -> None:
    given = claim("mirabel-visit")
    given["item"][0]["encounter"] = [{"reference": CALLED}]
    encounter = {**body(await server.get("Encounter/mirabel-september")), "id": "theirs", "status": "planned", "foo": 1}
    assert await _told(server, given, (CALLED, encounter)) == ["Bundle.entry[1].resource.foo"]
    assert await _told(server, given, (CALLED, {**encounter, "id": "mirabel-september"})) == [
        "Bundle.entry[1].resource.foo"
    ]


async def test_what_stands_on_a_resource_with_a_fault_is_not_judged(server: Service) -> None:
    given = {**claim("mirabel-visit"), "provider": {"reference": CALLED}}
    role = {"resourceType": "PractitionerRole", "practitioner": {"reference": OTHER}}
    nobody = {"resourceType": "Practitioner", "foo": 1}
    found = await _told(server, given, (CALLED, role), (OTHER, nobody))
    assert sorted(found) == ["Bundle.entry[1].resource", "Bundle.entry[2].resource.foo"]


@pytest.mark.parametrize("fault", [{"fullUrl": 5}, {"resource": {**PATIENT, "id": "no id"}}, {"resource": 5}])
async def test_where_it_is_not_known_what_comes_along_is_called_the_fault_is_told_alone(
    server: Service, fault: Json
) -> None:
    given = {**claim("mirabel-visit"), "patient": {"reference": CALLED}, "total": ODD}
    entries = [{"resource": given}, {"fullUrl": CALLED, "resource": PATIENT, **fault}]
    answer = await server.post("Claim/$submit", {"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert answer.status_code == 400
    assert {one[2].partition("]")[0] for one in issues(answer)} == {"Bundle.entry[1"}
