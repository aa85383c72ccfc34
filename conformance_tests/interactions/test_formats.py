"""Formats: http://hl7.org/fhir/R4/http.html#mime-type."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, body, patient
from profiles import load
from server.fhir import codec, xml_codec

pytestmark = pytest.mark.anyio

XML = "application/fhir+xml"


@pytest.mark.parametrize(
    "accept", [XML, "application/xml", "text/xml", "application/fhir+json;q=0.5, application/fhir+xml", f"{XML};q=0.1"]
)
async def test_xml_is_given_to_who_accepts_it(server: Service, accept: str) -> None:
    created = await server.create(patient(gender="male"))
    answer = await server.get("Patient/id-1", accept=accept)
    assert answer.headers["content-type"] == f"{XML}; charset=utf-8"
    assert xml_codec.decode_resource(answer.content, load.definitions()) == created


@pytest.mark.parametrize("accept", ["", "*/*", "application/*", "application/json", "text/html, */*;q=0.1"])
async def test_json_is_given_to_all_others(server: Service, accept: str) -> None:
    await server.create(patient())
    answer = await server.get("Patient/id-1", accept=accept)
    assert answer.headers["content-type"] == "application/fhir+json; charset=utf-8"


@pytest.mark.parametrize(
    ("format_", "media"), [("xml", XML), ("application/fhir%2Bxml", XML), ("json", "application/fhir+json")]
)
async def test_the_format_parameter_comes_before_accept(server: Service, format_: str, media: str) -> None:
    await server.create(patient())
    for path in ("Patient/id-1", "Patient", "metadata", "Patient/nobody"):
        answer = await server.get(
            f"{path}?_format={format_}", accept="application/fhir+json, application/fhir+xml;q=0.9"
        )
        assert answer.headers["content-type"].startswith(media)


async def test_xml_is_stored_as_json_with_every_digit(server: Service) -> None:
    text = (
        b'<Basic xmlns="http://hl7.org/fhir"><extension url="urn:d"><valueDecimal value="72.50"/></extension>'
        b'<code><text value="x"/></code></Basic>'
    )
    answer = await server.post("Basic", text, content_type=XML)
    assert answer.status_code == 201
    assert b'"valueDecimal":72.50' in answer.content
    back = await server.get("Basic/id-1", accept=XML)
    assert b'<valueDecimal value="72.50"/>' in back.content


@pytest.mark.parametrize("empty", ["<div xmlns='http://www.w3.org/1999/xhtml'/>", "<div> </div>"])
async def test_a_narrative_that_says_nothing_is_refused_in_either_format(server: Service, empty: str) -> None:
    div = empty.replace("<div>", "<div xmlns='http://www.w3.org/1999/xhtml'>")
    as_json = patient(text={"status": "generated", "div": div})
    as_xml = f'<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/>{div}</text></Patient>'
    assert (await server.post("Patient", as_json)).status_code == 400
    assert (await server.post("Patient", as_xml.encode(), content_type=XML)).status_code == 400


async def test_failures_come_in_the_format_asked_for(server: Service) -> None:
    answer = await server.get("Patient/nobody", accept=XML)
    outcome = xml_codec.decode_resource(answer.content, load.definitions())
    assert (answer.status_code, outcome["issue"][0]["code"]) == (404, "not-found")


async def test_a_transaction_can_be_sent_and_answered_in_xml(server: Service) -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": patient(id="a"), "request": {"method": "PUT", "url": "Patient/a"}}],
    }
    text = xml_codec.encode(codec.decode_resource(codec.encode(bundle)), load.definitions())
    answer = await server.post("", text, content_type=XML, accept=XML)
    found = xml_codec.decode_resource(answer.content, load.definitions())
    assert found["entry"][0]["response"]["status"] == "201 Created"
    assert body(await server.get("Patient/a"))["id"] == "a"


async def test_every_answer_forbids_sniffing_and_caching(server: Service) -> None:
    for path in ("metadata", "Patient/nobody", "Patient"):
        headers = (await server.get(path)).headers
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
