"""History of a resource, a type and all: http://hl7.org/fhir/R4/http.html#history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest

from conformance_tests.interactions.bundling import bundle, entry
from conformance_tests.interactions.serving import BASE, NOW, Service, body, issues, link, patient, serving
from conformance_tests.storage import openers

pytestmark = pytest.mark.anyio

ALL = ["Patient/a/1", "Organization/o/1", "Patient/a/2", "Patient/b/1", "Organization/o/2"]
"""What `written` has written, a version each day from 24 November at 9:30 on; later the clock stands still."""
DAYS = [f"2026-11-{day}" for day in range(24, 29)]
REFUSED = [
    *("_since=2026", "_since=2026-11-24", "_since=x", "_since=2026-11-24T09:30:00Z&_since=2026-11-24T09:30:00Z"),
    *("_at=x", "_at=2026-13", "_at=ge2026", "_at=2026&_at=2026", "_sort=name", "_sort=", "_list=List/1", "name=x"),
    *("_count=0", "_count=x", "_count=1&_count=2", "_cursor=x", "_cursor=AAAA"),
]


@pytest.fixture(params=openers.OPENERS)
async def written(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Service]:
    """A server on whose store something was written each day."""
    days = count()
    store = await openers.OPENERS[request.param](tmp_path)("definitions", 1)
    async with serving(store, clock=lambda: NOW + timedelta(days=min(next(days), 4))) as service:
        await service.put("Patient/a", patient(id="a"))
        await service.put("Organization/o", {"resourceType": "Organization", "id": "o", "name": "North"})
        await service.put("Patient/a", patient(id="a", gender="female"))
        await service.put("Patient/b", patient(id="b"))
        await service.delete("Organization/o")
        yield service
    await store.close()


def versions(answer: httpx.Response) -> list[str]:
    """The versions that a page shows."""
    found = body(answer)
    assert (answer.status_code, found["type"]) == (200, "history"), answer.text
    return [_version(one["fullUrl"], one["response"]["etag"]) for one in found.get("entry", ())]


def _version(url: str, etag: str) -> str:
    return f"{url.removeprefix(BASE + '/')}/{etag[3:-1]}"


async def test_history_shows_every_version_newest_first(server: Service) -> None:
    await server.create(patient())
    await server.put("Patient/id-1", patient(id="id-1", gender="female"))
    await server.delete("Patient/id-1")
    await server.put("Patient/id-1", patient(id="id-1"))
    history = body(await server.get("Patient/id-1/_history"))
    assert history["type"] == "history"
    assert [(one["request"], one["response"]["status"], one["response"]["etag"]) for one in history["entry"]] == [
        ({"method": "PUT", "url": "Patient/id-1"}, "200 OK", 'W/"4"'),
        ({"method": "DELETE", "url": "Patient/id-1"}, "204 No Content", 'W/"3"'),
        ({"method": "PUT", "url": "Patient/id-1"}, "200 OK", 'W/"2"'),
        ({"method": "POST", "url": "Patient"}, "201 Created", 'W/"1"'),
    ]
    assert ["resource" in one for one in history["entry"]] == [True, False, True, True]
    assert {one["fullUrl"] for one in history["entry"]} == {f"{BASE}/Patient/id-1"}


async def test_history_comes_in_pages(server: Service) -> None:
    await server.create(patient())
    for number in range(4):
        await server.put("Patient/id-1", patient(id="id-1", multipleBirthInteger=number))
    seen: list[str] = []
    url: str | None = "Patient/id-1/_history?_count=2"
    while url is not None:
        page = body(await server.get(url))
        seen += [entry["resource"]["meta"]["versionId"] for entry in page["entry"]]
        url = link(page, "next")
    assert seen == ["5", "4", "3", "2", "1"]


async def test_the_history_of_what_never_was_is_not_found(server: Service) -> None:
    assert (await server.get("Patient/nobody/_history")).status_code == 404


@pytest.mark.parametrize("query", REFUSED)
@pytest.mark.parametrize("path", ["Patient/id-1/_history", "Patient/_history", "_history"])
async def test_history_refuses_what_it_does_not_understand(server: Service, path: str, query: str) -> None:
    await server.create(patient())
    answer = await server.get(f"{path}?{query}")
    assert (answer.status_code, issues(answer)[0][2]) == (400, query.partition("=")[0])


async def test_a_transaction_with_a_history_that_is_not_understood_writes_nothing(server: Service) -> None:
    asked = bundle(entry("POST", "Patient", patient()), entry("GET", "_history?_since=2026"))
    answer = await server.post("", asked)
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry[1].request")
    assert await server.found("Patient") == []


@pytest.mark.parametrize(
    ("path", "prefix"), [("_history", ""), ("Patient/_history", "Patient"), ("Claim/_history", "Claim")]
)
async def test_the_history_of_a_type_and_of_all_runs_from_the_newest_change(
    written: Service, path: str, prefix: str
) -> None:
    assert versions(await written.get(path)) == [one for one in ALL[::-1] if one.startswith(prefix)]


async def test_a_deletion_in_the_history_of_all_has_a_request_and_no_resource(written: Service) -> None:
    (deletion,) = body(await written.get("_history?_count=1"))["entry"]
    assert deletion == {
        "fullUrl": f"{BASE}/Organization/o",
        "request": {"method": "DELETE", "url": "Organization/o"},
        "response": {"status": "204 No Content", "etag": 'W/"2"', "lastModified": "2026-11-28T09:30:00.250Z"},
    }


async def test_a_history_is_a_valid_bundle(written: Service) -> None:
    for path in ("_history", "Patient/_history", "Organization/o/_history"):
        assert written.engine.validate(body(await written.get(path))) == ()


@pytest.mark.parametrize("path", ["_history", "Patient/_history", "Patient/a/_history"])
async def test_the_oldest_change_comes_first_when_asked_for(written: Service, path: str) -> None:
    newest = versions(await written.get(path))
    assert versions(await written.get(f"{path}?_sort=-_lastUpdated")) == newest
    assert versions(await written.get(f"{path}?_sort=_lastUpdated")) == newest[::-1]


@pytest.mark.parametrize("path", ["_history", "Patient/_history"])
@pytest.mark.parametrize("sort", ["_lastUpdated", "-_lastUpdated"])
async def test_pages_are_stable_while_others_write(written: Service, path: str, sort: str) -> None:
    expected = versions(await written.get(f"{path}?_sort={sort}"))
    url: str | None = f"{path}?_count=2&_sort={sort}"
    seen: list[str] = []
    while url is not None and len(seen) < len(expected):
        page = await written.get(url)
        seen += versions(page)
        url = link(body(page), "next")
        await written.put("Patient/a", patient(id="a", multipleBirthInteger=len(seen)))
    assert seen[: len(expected)] == expected


async def test_a_cursor_is_one_of_its_history_alone(written: Service) -> None:
    following = link(body(await written.get("_history?_count=1")), "next") or ""
    cursor = following.partition("_cursor=")[2]
    for other in ("Patient/_history?_count=1", "_history?_count=2", "_history?_count=1&_sort=_lastUpdated"):
        answer = await written.get(f"{other}&_cursor={cursor}")
        assert (answer.status_code, issues(answer)[0][2]) == (400, "_cursor")


@pytest.mark.parametrize(
    ("since", "first"),
    [
        (f"{DAYS[0]}T09:30:00.250Z", 0),
        (f"{DAYS[0]}T09:30:00.2501Z", 1),
        (f"{DAYS[2]}T10:30:00.250%2B01:00", 2),
        (f"{DAYS[4]}T23:59:59Z", 5),
    ],
)
async def test_since_shows_what_was_made_at_that_instant_or_later(written: Service, since: str, first: int) -> None:
    assert versions(await written.get(f"_history?_since={since}")) == ALL[first:][::-1]


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2025", []),
        ("2026", ALL),
        ("2026-11", ALL),
        (DAYS[0], ALL[:1]),
        (DAYS[2], ALL[:3]),
        (DAYS[3], [ALL[1], ALL[2], ALL[3]]),
        (f"{DAYS[2]}T09:30Z", ALL[:3]),
        (f"{DAYS[2]}T09:30:00.250Z", ALL[1:3]),
        (f"{DAYS[2]}T09:30:00.249Z", ALL[:2]),
        ("2027", [ALL[2], ALL[3], ALL[4]]),
    ],
)
async def test_at_shows_what_was_current_within_that_time(written: Service, at: str, shown: list[str]) -> None:
    assert versions(await written.get(f"_history?_at={at}")) == shown[::-1]
    of_one = [one for one in shown if one.startswith("Patient/a")]
    assert versions(await written.get(f"Patient/a/_history?_at={at}")) == of_one[::-1]


async def test_the_history_of_a_resource_may_be_empty_at_a_time(written: Service) -> None:
    assert versions(await written.get("Patient/a/_history?_at=2025")) == []
    assert (await written.get("Patient/nobody/_history?_at=2025")).status_code == 404


async def test_links_keep_what_was_asked(written: Service) -> None:
    page = body(await written.get("_history?_at=2026&_count=2&_sort=_lastUpdated"))
    assert link(page, "self") == f"{BASE}/_history?_at=2026&_sort=_lastUpdated&_count=2"
    assert versions(await written.get(link(page, "next") or "")) == ALL[2:4]


async def test_histories_are_read_in_a_batch(written: Service) -> None:
    asked = bundle(entry("GET", "_history?_count=1"), entry("GET", "Patient/_history"), type="batch")
    answered = body(await written.post("", asked))["entry"]
    assert [[one["fullUrl"].removeprefix(f"{BASE}/") for one in each["resource"]["entry"]] for each in answered] == [
        ["Organization/o"],
        ["Patient/b", "Patient/a", "Patient/a"],
    ]


async def test_the_capabilities_tell_of_each_level(server: Service) -> None:
    (rest,) = body(await server.get("metadata"))["rest"]
    assert "history-system" in [one["code"] for one in rest["interaction"]]
    codes = [one["code"] for one in rest["resource"][0]["interaction"]]
    assert {"history-instance", "history-type"} <= set(codes)
