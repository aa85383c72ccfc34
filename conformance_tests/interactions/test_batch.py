"""A batch that is itself not valid is refused whole: http://hl7.org/fhir/R4/bundle.html#invs."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import Service, body, issues, patient

pytestmark = pytest.mark.anyio

URL = "urn:uuid:11111111-1111-4111-8111-111111111111"


async def test_one_full_url_for_two_entries_refuses_the_batch(server: Service) -> None:
    sent = bundle(entry("POST", "Patient", patient(), URL), entry("POST", "Patient", patient(), URL), type="batch")
    answer = await server.post("", sent)
    assert (answer.status_code, issues(answer)) == (400, [("error", "invariant", "Bundle.entry[1].fullUrl")])
    assert await server.found("Patient") == []


async def test_one_full_url_for_two_versions_is_performed(server: Service) -> None:
    first, second = patient(meta={"versionId": "1"}), patient(meta={"versionId": "2"})
    sent = bundle(entry("POST", "Patient", first, URL), entry("POST", "Patient", second, URL), type="batch")
    assert [status for status, _ in responses(await server.post("", sent))] == ["201 Created", "201 Created"]


async def test_an_unknown_member_refuses_the_batch_however_many_entries_are_bad(server: Service) -> None:
    bad = [{"request": {"method": "GET"}}] * 1_500
    sent = {**bundle(*bad, entry("POST", "Patient", patient()), type="batch"), "foo": 1}
    answer = await server.post("", sent)
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.foo")
    assert await server.found("Patient") == []


async def test_one_full_url_for_two_entries_is_seen_however_many_entries_are_bad(server: Service) -> None:
    bad = [{"request": {"method": "GET"}}] * 1_500
    good = entry("POST", "Patient", patient(), URL)
    answer = await server.post("", bundle(*bad, good, good, type="batch"))
    assert (answer.status_code, issues(answer)) == (400, [("error", "invariant", "Bundle.entry[1501].fullUrl")])
    assert await server.found("Patient") == []


async def test_bad_entries_do_not_keep_the_good_one_of_a_valid_batch_from_being_performed(server: Service) -> None:
    bad = [{"request": {"method": "GET"}}] * 1_500
    answer = await server.post("", bundle(*bad, entry("POST", "Patient", patient()), type="batch"))
    assert body(answer)["entry"][-1]["response"]["status"] == "201 Created"


@pytest.mark.parametrize("type_", ["batch", "transaction"])
async def test_a_bundle_reads_no_more_than_it_has_room_to_answer(server: Service, type_: str) -> None:
    await server.create(patient(name=[{"text": "x" * 1_000_000}]))
    asked = [entry("GET", "Patient/id-1") for _ in range(101)]
    answer = await server.post("", bundle(*asked, entry("POST", "Patient", patient()), type=type_))
    told = [one["response"] for one in body(answer)["entry"]]
    assert ([told[place]["status"][:3] for place in (0, 64, 100, 101)]) == ["200", "200", "400", "201"]
    assert told[100]["outcome"]["issue"][0]["code"] == "too-costly"
    assert len(answer.content) < 2 * 64 * 2**20
