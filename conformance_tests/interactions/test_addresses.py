"""Addresses: which segment of a path is a word of the API, and which is a name."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import Service, body, issues, patient

pytestmark = pytest.mark.anyio


async def test_a_resource_may_have_the_id_metadata(server: Service) -> None:
    written = await server.put("Patient/metadata", patient(id="metadata"))
    read = await server.get("Patient/metadata")
    history = await server.get("Patient/metadata/_history")
    version = await server.get("Patient/metadata/_history/1")
    assert [one.status_code for one in (written, read, history, version)] == [201, 200, 200, 200]
    assert (await server.delete("Patient/metadata")).status_code == 204


async def test_a_resource_with_the_id_metadata_is_read_in_a_bundle(server: Service) -> None:
    await server.post("", bundle(entry("PUT", "Patient/metadata", patient(id="metadata"))))
    answer = await server.post("", bundle(entry("GET", "Patient/metadata"), entry("GET", "metadata"), type="batch"))
    assert responses(answer) == [("200 OK", ""), ("200 OK", "")]
    assert [one["resource"]["resourceType"] for one in body(answer)["entry"]] == ["Patient", "CapabilityStatement"]


@pytest.mark.parametrize("path", ["Patient/_tags", "Patient/a/_history/_history", "Patient/a/_history/$x"])
async def test_a_word_of_the_api_is_no_name(server: Service, path: str) -> None:
    for method in ("GET", "PUT", "DELETE", "POST"):
        answer = await server.client.request(method, path)
        assert (answer.status_code, issues(answer)) == (404, [("error", "not-found", "")])


@pytest.mark.parametrize("path", ["Patient/_history", "_history"])
async def test_a_history_is_only_read(server: Service, path: str) -> None:
    for method in ("PUT", "DELETE", "POST"):
        answer = await server.client.request(method, path)
        assert (answer.status_code, issues(answer)) == (405, [("error", "not-supported", "")])
