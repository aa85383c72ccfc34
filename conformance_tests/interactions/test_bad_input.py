"""Bad input: a clear OperationOutcome with the right status, nothing stored, nothing lost."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance_tests.interactions.serving import LIMIT, Service, body, issues, patient
from server.fhir import codec

pytestmark = pytest.mark.anyio

MALFORMED = (
    b"{",
    b"nonsense",
    b"[]",
    b'"text"',
    b"{}",
    b'{"resourceType":7}',
    b'{"resourceType":"Patient"} x',
    b'{"resourceType":"Patient","active":NaN}',
    b'{"resourceType":"Patient","active":tru}',
    b'{"resourceType":"Patient","name":[{"family":"\xff"}]}',
    b'{"resourceType":"Patient","gender":"male","gender":"male"}',
    b'{"resourceType":"Patient","name":[{"family":"a","family":"b"}]}',
    b'{"resourceType":"Patient","extension":' + b'[{"extension":' * 200 + b"1" + b"}]" * 200 + b"}",
    b'{"resourceType":"Patient","x":1e9999999999999999999}',
)


@pytest.mark.parametrize("text", MALFORMED, ids=lambda text: text[:24].decode("latin-1"))
async def test_malformed_json_is_refused(server: Service, text: bytes) -> None:
    for method in ("post", "put"):
        answer = await getattr(server, method)("Patient" if method == "post" else "Patient/a", text)
        assert (answer.status_code, issues(answer)[0][:2]) == (400, ("error", "invalid"))
    assert await server.found("Patient") == []


async def test_a_duplicate_key_is_named(server: Service) -> None:
    answer = await server.post("Patient", b'{"resourceType":"Patient","gender":"male","gender":"female"}')
    assert "gender" in body(answer)["issue"][0]["diagnostics"]


DANGEROUS_XML = (
    b'<!DOCTYPE Patient [<!ENTITY x "y">]><Patient xmlns="http://hl7.org/fhir"><gender value="&x;"/></Patient>',
    b'<!DOCTYPE Patient SYSTEM "file:///etc/passwd"><Patient xmlns="http://hl7.org/fhir"/>',
    b'<?xml-stylesheet href="x"?><Patient xmlns="http://hl7.org/fhir"/>',
    b'<Patient xmlns="http://hl7.org/fhir"><?php x ?></Patient>',
    b"<Patient/>",
    b"<Patient",
    b'<Patient xmlns="http://hl7.org/fhir">' + b"<extension>" * 200 + b"</extension>" * 200 + b"</Patient>",
)


@pytest.mark.parametrize("text", DANGEROUS_XML, ids=lambda text: text[:30].decode())
async def test_malformed_or_dangerous_xml_is_refused(server: Service, text: bytes) -> None:
    answer = await server.post("Patient", text, content_type="application/fhir+xml")
    assert (answer.status_code, issues(answer)[0][1]) == (400, "invalid")


@pytest.mark.parametrize(
    "path", ["Nonsense", "Nonsense/1", "patient", "Element", "Resource", "DomainResource/1", "a/b/c"]
)
async def test_an_address_that_is_none_is_not_found(server: Service, path: str) -> None:
    answer = await server.get(path)
    assert (answer.status_code, issues(answer)) == (404, [("error", "not-found", "")])


async def test_an_unknown_resource_type_is_named(server: Service) -> None:
    answer = await server.post("Nonsense", {"resourceType": "Nonsense"})
    assert "Nonsense" in body(answer)["issue"][0]["diagnostics"]
    assert answer.status_code == 404


async def test_markup_in_an_address_is_not_repeated(server: Service) -> None:
    answer = await server.get("%3Cscript%3E/1")
    assert (answer.status_code, "script" in answer.text) == (404, False)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "Patient/a", "GET, HEAD, PUT, PATCH, DELETE"),
        ("DELETE", "Patient/_search", "POST"),
        ("PUT", "metadata", "GET, HEAD"),
    ],
)
async def test_a_method_that_is_not_offered_says_which_are(
    server: Service, method: str, path: str, allowed: str
) -> None:
    answer = await server.client.request(method, path)
    assert (answer.status_code, issues(answer)[0][1], answer.headers["allow"]) == (405, "not-supported", allowed)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
        "application/fhir+json; fhirVersion=3.0",
    ],
)
async def test_a_body_in_another_format_is_refused(server: Service, kind: str) -> None:
    answer = await server.post("Patient", patient(), content_type=kind)
    assert (answer.status_code, issues(answer)[0][1]) == (415, "not-supported")


@pytest.mark.parametrize("accept", ["text/turtle", "image/png", "application/fhir+json;fhirVersion=5.0"])
async def test_an_answer_in_another_format_is_not_given(server: Service, accept: str) -> None:
    answer = await server.get("metadata", accept=accept)
    assert (answer.status_code, issues(answer)[0][1]) == (406, "not-supported")


async def test_a_body_beyond_the_limit_is_refused(server: Service) -> None:
    text = codec.encode(patient(name=[{"family": "x" * LIMIT}]))
    answer = await server.post("Patient", text)
    assert (answer.status_code, issues(answer)[0][1]) == (413, "too-long")


async def test_a_query_that_is_no_utf8_is_refused(server: Service) -> None:
    assert (await server.get("Patient?name=%FF")).status_code == 400
    assert (await server.get("%FF/1")).status_code == 400


async def test_too_many_parameters_are_refused(server: Service) -> None:
    assert (await server.get("Patient?" + "&".join(["gender=male"] * 200))).status_code == 400


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/fhir+xml"])
@pytest.mark.parametrize(
    "path",
    [
        "Patient/x?%01%02=1",
        "Patient?%01%02=1",
        "Patient?=1",
        "Patient?:exact=1",
        "Patient?-=1",
        "Patient/x?=1",
        "Patient/x/_history?%01=1",
        "$report?%01=1",
    ],
)
async def test_a_parameter_whose_name_is_none_is_refused_without_repeating_it(
    server: Service, path: str, accept: str
) -> None:
    answer = await server.get(path, accept=accept)
    assert answer.status_code == 400
    assert "the name of a parameter" in answer.text
    assert "expression" not in answer.text


async def test_a_condition_with_a_parameter_whose_name_is_none_is_refused(server: Service) -> None:
    answer = await server.post("Patient", patient(), if_none_exist="=1")
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "")])


async def test_a_fault_of_our_own_shows_an_id_and_no_trace(
    server: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("Rosa Rivera")

    monkeypatch.setattr(type(server.engine.store), "read", broken)
    answer = await server.get("Patient/a")
    (issue,) = body(answer)["issue"]
    assert (answer.status_code, issue["code"], "Traceback" in answer.text) == (500, "exception", False)
    assert issue["diagnostics"].rpartition(" ")[2] in caplog.text
    assert "Rivera" not in answer.text + caplog.text


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")),
    path=st.text(st.characters(codec="utf-8"), max_size=40),
    query=st.text(st.characters(codec="utf-8"), max_size=40),
    content=st.binary(max_size=60),
)
async def test_whatever_is_asked_the_answer_is_fhir(
    server: Service, method: str, path: str, query: str, content: bytes
) -> None:
    url = server.client.base_url.copy_with(raw_path=b"/fhir/" + _percent(path) + b"?" + _percent(query))
    answer = await server.client.request(method, url, content=content)
    assert answer.status_code < 500
    if answer.content:
        assert answer.headers["content-type"].startswith("application/fhir+json")
        body(answer)


def _percent(text: str) -> bytes:
    return quote(text, safe="/:?&=$|,.+-_").encode()
