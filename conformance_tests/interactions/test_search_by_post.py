"""Searches whose parameters are in the body: http://hl7.org/fhir/R4/http.html#search."""

from __future__ import annotations

from base64 import b64encode

import pytest

from conformance_tests.interactions.serving import Service, body, issues, link
from conformance_tests.interactions.test_chains import RESOURCES
from conformance_tests.interactions.test_includes import put_all
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

FORM = "application/x-www-form-urlencoded"


async def _posted(server: Service, path: str, form: str, media: str = FORM) -> Resource:
    answer = await server.client.post(f"{path}/_search", content=form, headers={"content-type": media})
    assert answer.status_code == 200, answer.text
    return body(answer)


def _ids(found: Resource) -> list[str]:
    return [one["resource"]["id"] for one in found.get("entry", ())]


@pytest.mark.parametrize(
    ("path", "form", "found"),
    [
        ("Observation", "code=8480-6&subject%3APatient.name=riv", "o1"),
        ("Patient", "name=R%C3%ADo", "ben"),
        ("Patient", "name=stone&_count=5", "cleo"),
        ("Patient/ben/Observation", "code=2339-0", "o3"),
        ("Patient", "", "cleo ben anna"),
    ],
)
async def test_a_form_finds_what_the_address_would(server: Service, path: str, form: str, found: str) -> None:
    await put_all(server, RESOURCES)
    assert _ids(await _posted(server, path, form)) == found.split()
    assert _ids(await _posted(server, path, form, f"{FORM}; charset=utf-8")) == found.split()
    assert await server.found(f"{path}?{form}") == found.split()


async def test_parameters_of_the_address_count_as_well(server: Service) -> None:
    await put_all(server, RESOURCES)
    answer = await server.client.post(
        "Observation/_search?code=8480-6", content="patient=Patient/ben", headers={"content-type": FORM}
    )
    assert _ids(body(answer)) == ["o2"]


async def test_the_next_page_is_at_an_address(server: Service) -> None:
    await put_all(server, RESOURCES)
    first = await _posted(server, "Patient", "birthdate=ge1900&_count=1")
    assert _ids(body(await server.get(link(first, "next") or ""))) == ["anna"]


@pytest.mark.parametrize(
    ("form", "media", "status", "code"),
    [
        ("nothing=x", FORM, 400, "not-supported"),
        ("name", FORM, 400, "invalid"),
        ("name=%FF", FORM, 400, "invalid"),
        ("a\u00e9=1", FORM, 400, "invalid"),
        ('{"resourceType":"Patient"}', "application/fhir+json", 415, "not-supported"),
        ("name=x", "text/plain", 415, "not-supported"),
    ],
)
async def test_a_form_that_is_none_is_refused(server: Service, form: str, media: str, status: int, code: str) -> None:
    answer = await server.client.post("Patient/_search", content=form.encode(), headers={"content-type": media})
    assert (answer.status_code, issues(answer)[0][1]) == (status, code)


async def test_a_form_is_sent_to_nothing_else(server: Service) -> None:
    answer = await server.client.post("Patient", content="name=x", headers={"content-type": FORM})
    assert answer.status_code == 415


async def test_a_batch_may_search_by_a_form(server: Service) -> None:
    await put_all(server, RESOURCES)
    form = {"resourceType": "Binary", "contentType": FORM, "data": b64encode(b"name=stone").decode()}
    entry = {"request": {"method": "POST", "url": "Patient/_search"}, "resource": form}
    answer = await server.post("", {"resourceType": "Bundle", "type": "batch", "entry": [entry]})
    assert _ids(body(answer)["entry"][0]["resource"]) == ["cleo"]


async def test_a_transaction_does_not_search_by_a_form(server: Service) -> None:
    form = {"resourceType": "Binary", "contentType": FORM, "data": b64encode(b"name=stone").decode()}
    entry = {"request": {"method": "POST", "url": "Patient/_search"}, "resource": form}
    answer = await server.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]})
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry[0]")
