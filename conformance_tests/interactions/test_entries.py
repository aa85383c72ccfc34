"""What an entry of a batch or transaction may ask: http://hl7.org/fhir/R4/bundle.html#Bundle.entry.request."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import Service, body, issues, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio


def identified(value: str, **elements: str) -> Resource:
    """A Patient with an identifier."""
    return patient(identifier=[{"system": "urn:sys", "value": value}], **elements)


async def test_a_fragment_in_the_url_of_an_entry_refuses_the_transaction(server: Service) -> None:
    await server.create(identified("12"))
    answer = await server.post("", bundle(entry("PUT", "Patient?identifier=urn:sys|12#3", identified("12#3"))))
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "Bundle.entry[0].request.url")])
    assert body(await server.get("Patient/id-1"))["meta"]["versionId"] == "1"


@pytest.mark.parametrize("url", ["Patient?identifier=urn:sys|12#3", "Patient/id-1#", "Patient#x?gender=male"])
async def test_a_fragment_in_the_url_of_an_entry_of_a_batch_is_refused(server: Service, url: str) -> None:
    await server.create(identified("12"))
    assert responses(await server.post("", bundle(entry("GET", url), type="batch"))) == [("400 Bad Request", "")]


UNKNOWN = (
    entry("POST", "Patient?foo=bar", patient()),
    entry("PUT", "Patient/q1?foo=bar", patient(id="q1", gender="male")),
    entry("DELETE", "Patient/q1?foo=bar"),
)


@pytest.mark.parametrize("asked", UNKNOWN, ids=lambda one: one["request"]["method"])
async def test_a_parameter_that_a_writing_entry_does_not_take_refuses_the_transaction(
    server: Service, asked: Resource
) -> None:
    await server.put("Patient/q1", patient(id="q1"))
    answer = await server.post("", bundle(entry("POST", "Patient", patient()), asked))
    assert (answer.status_code, issues(answer)) == (400, [("error", "not-supported", "Bundle.entry[1].request")])
    assert "foo" in body(answer)["issue"][0]["diagnostics"]
    assert await server.found("Patient") == ["q1"]


IDLE = (
    ("ifMatch", entry("POST", "Patient", patient(), ifMatch='W/"1"')),
    ("ifNoneMatch", entry("POST", "Patient", patient(), ifNoneMatch="*")),
    ("ifModifiedSince", entry("POST", "Patient", patient(), ifModifiedSince="2026-01-01T00:00:00Z")),
    ("ifNoneExist", entry("PUT", "Patient/q1", patient(id="q1"), ifNoneExist="gender=male")),
    ("ifModifiedSince", entry("PUT", "Patient/q1", patient(id="q1"), ifModifiedSince="2026-01-01T00:00:00Z")),
    ("ifNoneExist", entry("PUT", "Patient?gender=male", patient(), ifNoneExist="gender=male")),
    ("ifNoneExist", entry("DELETE", "Patient/q1", ifNoneExist="gender=male")),
    ("ifMatch", entry("GET", "Patient/q1", ifMatch='W/"1"')),
    ("ifNoneExist", entry("GET", "Patient/q1", ifNoneExist="gender=male")),
    ("ifModifiedSince", entry("GET", "Patient/q1", ifModifiedSince="2026-01-01T00:00:00Z")),
    ("ifNoneMatch", entry("GET", "Patient", ifNoneMatch="*")),
)


@pytest.mark.parametrize(("name", "asked"), IDLE)
async def test_a_condition_that_means_nothing_to_an_entry_refuses_the_transaction(
    server: Service, name: str, asked: Resource
) -> None:
    answer = await server.post("", bundle(entry("PUT", "Patient/other", patient(id="other")), asked))
    assert (answer.status_code, issues(answer)) == (
        400,
        [("error", "not-supported", f"Bundle.entry[1].request.{name}")],
    )
    assert await server.found("Patient") == []


@pytest.mark.parametrize(("name", "asked"), IDLE)
async def test_a_condition_that_means_nothing_to_an_entry_of_a_batch_is_refused(
    server: Service, name: str, asked: Resource
) -> None:
    answer = await server.post("", bundle(asked, type="batch"))
    assert responses(answer) == [("400 Bad Request", "")]
    (issue,) = body(answer)["entry"][0]["response"]["outcome"]["issue"]
    assert issue["expression"] == [f"Bundle.entry[0].request.{name}"]
    assert await server.found("Patient") == []


@pytest.mark.parametrize("name", ["_format", "_pretty"])
@pytest.mark.parametrize("url", ["Patient?gender=male&", "Patient/a?", "metadata?"])
async def test_an_entry_that_asks_for_a_format_of_its_own_is_refused_by_that_name(
    server: Service, url: str, name: str
) -> None:
    answer = await server.post("", bundle(entry("GET", f"{url}{name}=json"), type="batch"))
    (issue,) = body(answer)["entry"][0]["response"]["outcome"]["issue"]
    assert issue["diagnostics"].startswith(f"{name} means nothing in an entry")
    assert issue["expression"] == ["Bundle.entry[0].request.url"]
