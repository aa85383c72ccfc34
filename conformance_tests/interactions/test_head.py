"""HEAD: http://hl7.org/fhir/R4/http.html#general."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import Service, body, patient

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/fhir+xml"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Patient/a", 200),
        ("Patient/a/_history/1", 200),
        ("Patient/a/_history/7", 404),
        ("Patient/a/_history", 200),
        ("Patient/_history?_count=1", 200),
        ("_history", 200),
        ("Patient?_count=1", 200),
        ("Patient?colour=red", 400),
        ("Patient/b", 410),
        ("Patient/nobody", 404),
        ("Nothing/a", 404),
        ("metadata", 200),
        ("$report?start=2026-01-01&end=2026-12-31", 200),
        ("Claim/$submit", 405),
    ],
)
async def test_head_is_answered_as_get_without_content(server: Service, path: str, status: int, accept: str) -> None:
    await server.put("Patient/a", patient(id="a"))
    await server.put("Patient/b", patient(id="b"))
    await server.delete("Patient/b")
    get = await server.get(path, accept=accept)
    head = await server.client.head(path, headers={"accept": accept})
    assert (head.status_code, head.headers, head.content) == (get.status_code, get.headers, b"")
    assert (get.status_code, int(get.headers["content-length"])) == (status, len(get.content))


async def test_head_tells_a_client_that_it_has_the_version(server: Service) -> None:
    await server.put("Patient/a", patient(id="a"))
    answer = await server.client.head("Patient/a", headers={"if-none-match": 'W/"1"'})
    assert (answer.status_code, answer.headers["etag"], answer.content) == (304, 'W/"1"', b"")


@pytest.mark.parametrize("type_", ["batch", "transaction"])
async def test_head_in_a_bundle_is_answered_without_resource(server: Service, type_: str) -> None:
    await server.put("Patient/a", patient(id="a"))
    answer = await server.post("", bundle(entry("HEAD", "Patient/a"), entry("HEAD", "Patient?_count=1"), type=type_))
    assert responses(answer) == [("200 OK", ""), ("200 OK", "")]
    assert ["resource" in one for one in body(answer)["entry"]] == [False, False]
    assert body(answer)["entry"][0]["response"]["etag"] == 'W/"1"'


async def test_head_in_a_batch_performs_no_operation_that_changes_something(server: Service) -> None:
    answer = await server.post("", bundle(entry("HEAD", "Claim/$submit"), type="batch"))
    assert responses(answer) == [("405 Method Not Allowed", "")]
