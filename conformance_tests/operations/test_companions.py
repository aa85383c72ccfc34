"""What comes along with a claim in a Bundle: it is created, under what it is called there."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, issues
from conformance_tests.operations.claims import claim, submitted
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
