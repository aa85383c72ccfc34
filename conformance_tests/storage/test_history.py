"""Versions in their order: http://hl7.org/fhir/R4/http.html#history."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from conformance_tests.storage.changes import change, commit, removal
from server.storage.mongo import changes as mongo_changes
from server.storage.sqlite import history as sqlite_history
from server.storage.store import Change, History, Page, Store

pytestmark = pytest.mark.anyio

WRITTEN = (
    ("Patient/a", 1, 100),
    ("Claim/b", 1, 200),
    ("Patient/a", 2, 300),
    ("Patient/c", 1, 250),
    ("Claim/b", 2, 400),
    ("Patient/a", 3, 500),
)
"""What is written: a clock was set back once, and Claim/b is deleted."""
ALL = ["Patient/a/1", "Claim/b/1", "Patient/a/2", "Patient/c/1", "Claim/b/2", "Patient/a/3"]


@pytest.fixture
async def written(store: Store) -> Store:
    """A store with six versions."""
    for reference, version, at in WRITTEN:
        await store.commit(commit(made(reference, version, at)))
    return store


def made(reference: str, version: int, at: int) -> Change:
    deleted = (reference, version) == ("Claim/b", 2)
    return replace(removal(reference, version) if deleted else change(reference, version), at=at)


def shown(page: Page) -> list[str]:
    return [f"{row.type}/{row.id}/{row.version}" for row in page.rows]


async def every(store: Store, query: History) -> list[str]:
    """What all pages show."""
    found: list[str] = []
    while True:
        page = await store.history(query)
        found += shown(page)
        if not page.more:
            return found
        query = replace(query, beyond=query.place(page.rows[-1]))


async def test_the_history_of_all_runs_from_the_newest_change(written: Store) -> None:
    assert shown(await written.history(History(9))) == ALL[::-1]


async def test_the_history_of_a_type_has_its_versions_alone(written: Store) -> None:
    assert shown(await written.history(History(9, "Patient"))) == [one for one in ALL[::-1] if "Patient" in one]
    assert shown(await written.history(History(9, "Coverage"))) == []


async def test_a_version_in_a_history_is_as_it_was_written(written: Store) -> None:
    for row in (await written.history(History(9))).rows:
        assert row == await written.vread(row.type, row.id, row.version)


async def test_a_deletion_is_in_the_history(written: Store) -> None:
    (row,) = (await written.history(History(1, "Claim"))).rows
    assert (row.method, row.body, row.version) == ("DELETE", None, 2)


@pytest.mark.parametrize("type_", ["", "Patient"])
@pytest.mark.parametrize("oldest", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_pages_show_each_version_once_and_in_order(written: Store, type_: str, oldest: bool, limit: int) -> None:
    expected = [one for one in (ALL if oldest else ALL[::-1]) if one.startswith(type_)]
    assert await every(written, History(limit, type_, oldest=oldest)) == expected
    assert await every(written, History(limit, type_, since=0, during=(0, 600), oldest=oldest)) == expected


async def test_the_history_of_a_resource_runs_from_its_oldest_version_when_asked_to(written: Store) -> None:
    assert await every(written, History(2, "Patient", "a", oldest=True)) == [
        "Patient/a/1",
        "Patient/a/2",
        "Patient/a/3",
    ]


SINCE = [
    (100, ALL),
    (101, ["Claim/b/1", "Patient/a/2", "Patient/c/1", "Claim/b/2", "Patient/a/3"]),
    (300, ["Patient/a/2", "Claim/b/2", "Patient/a/3"]),
    (500, ["Patient/a/3"]),
    (501, []),
]
DURING = [
    ((0, 100), []),
    ((0, 101), ["Patient/a/1"]),
    ((210, 211), ["Patient/a/1", "Claim/b/1"]),
    ((300, 301), ["Claim/b/1", "Patient/a/2", "Patient/c/1"]),
    ((299, 301), ["Patient/a/1", "Claim/b/1", "Patient/a/2", "Patient/c/1"]),
    ((450, 460), ["Patient/a/2", "Patient/c/1", "Claim/b/2"]),
    ((900, 901), ["Patient/c/1", "Claim/b/2", "Patient/a/3"]),
]


@pytest.fixture(params=[4_096, 1, 0])
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk goes far, or so little that it must ask how far it must."""
    for module in (sqlite_history, mongo_changes):
        monkeypatch.setattr(module, "REACH", request.param)


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("prefix", ["", "Patient", "Claim", "Patient/a", "Claim/b"])
@pytest.mark.parametrize(("since", "expected"), SINCE)
async def test_since_shows_what_was_made_then_or_later(
    written: Store, prefix: str, since: int, expected: list[str]
) -> None:
    type_, _, id_ = prefix.partition("/")
    kept = [one for one in expected if one.startswith(prefix)]
    assert await every(written, History(2, type_, id_, since=since, oldest=True)) == kept
    assert await every(written, History(2, type_, id_, since=since)) == kept[::-1]


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("prefix", ["", "Patient", "Claim", "Patient/a", "Claim/b"])
@pytest.mark.parametrize(("during", "expected"), DURING)
async def test_a_period_shows_what_was_current_within_it(
    written: Store, prefix: str, during: tuple[int, int], expected: list[str]
) -> None:
    type_, _, id_ = prefix.partition("/")
    kept = [one for one in expected if one.startswith(prefix)]
    assert await every(written, History(2, type_, id_, during=during, oldest=True)) == kept
    assert await every(written, History(2, type_, id_, during=during)) == kept[::-1]


async def test_later_pages_show_nothing_that_was_written_since(written: Store) -> None:
    first = await written.history(History(3))
    await written.commit(commit(change("Patient/a", 4), change("Patient/d")))
    assert shown(await written.history(History(9, beyond=first.rows[-1].sequence))) == ALL[2::-1]


async def test_who_reads_from_the_oldest_on_misses_nothing_while_others_write(store: Store) -> None:
    seen: list[int] = []

    async def follow() -> None:
        while len(seen) < 60:
            page = await store.history(History(7, oldest=True, beyond=seen[-1] if seen else None))
            seen.extend(row.sequence for row in page.rows)
            await asyncio.sleep(0)

    writes = [store.commit(commit(change(f"Patient/p{number}"))) for number in range(60)]
    await asyncio.wait_for(asyncio.gather(follow(), *writes), 30)
    assert seen == [event.sequence for event in await store.events(0, 100)]
