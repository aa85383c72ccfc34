"""Versions and commits: http://hl7.org/fhir/R4/http.html#versions."""

from __future__ import annotations

import asyncio

import pytest

from conformance_tests.storage.changes import AT, change, commit, removal, tagged
from conformance_tests.storage.openers import Opener
from server.search.condition import Term
from server.storage.store import Present, Query, Row, Stale, Store

pytestmark = pytest.mark.anyio


async def test_a_created_resource_is_read_as_it_was_written(store: Store) -> None:
    (written,) = await store.commit(commit(change("Patient/a")))
    body = b'{"resourceType":"Patient","id":"a","meta":{"versionId":"1"}}'
    expected = Row("Patient", "a", 1, AT + 1, "POST", body, written.order, written.sequence)
    assert await store.read("Patient", "a") == expected


async def test_a_resource_that_never_was_is_none(store: Store) -> None:
    assert await store.read("Patient", "a") is None
    assert await store.vread("Patient", "a", 1) is None


async def test_the_rows_of_a_commit_come_without_body_and_in_order(store: Store) -> None:
    rows = await store.commit(commit(change("Patient/a"), change("Claim/b")))
    assert [(row.type, row.id, row.version, row.body) for row in rows] == [
        ("Patient", "a", 1, None),
        ("Claim", "b", 1, None),
    ]
    assert rows[0].sequence < rows[1].sequence
    assert rows[0].order < rows[1].order


async def test_an_update_keeps_the_place_of_creation_and_takes_a_new_sequence(store: Store) -> None:
    (first,) = await store.commit(commit(change("Patient/a")))
    (second,) = await store.commit(commit(change("Patient/a", 2)))
    assert second.order == first.order
    assert second.sequence > first.sequence


async def test_a_superseded_version_stays_readable(store: Store) -> None:
    await store.commit(commit(change("Patient/a")))
    await store.commit(commit(change("Patient/a", 2)))
    first, second = await store.vread("Patient", "a", 1), await store.vread("Patient", "a", 2)
    assert first is not None
    assert second is not None
    assert (first.version, first.method, b'"1"' in (first.body or b"")) == (1, "POST", True)
    assert (second.version, second.method) == (2, "PUT")
    assert await store.vread("Patient", "a", 3) is None


async def test_a_deletion_is_a_version_without_body(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    await store.commit(commit(removal("Patient/a", 2)))
    row = await store.read("Patient", "a")
    assert row is not None
    assert (row.version, row.method, row.body) == (2, "DELETE", None)


async def test_a_deleted_resource_can_be_written_again_under_its_id(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    await store.commit(commit(removal("Patient/a", 2)))
    await store.commit(commit(change("Patient/a", 3, tagged("y"))))
    assert [row.version for row in (await store.search(Query(Term("y"), 5))).rows] == [3]


async def test_history_runs_from_the_newest_version_in_pages(store: Store) -> None:
    for version in range(1, 6):
        await store.commit(commit(change("Patient/a", version)))
    first = await store.history("Patient", "a", 2)
    second = await store.history("Patient", "a", 3, below=first.rows[-1].version)
    assert [row.version for row in first.rows] == [5, 4]
    assert (first.more, second.more) == (True, False)
    assert [row.version for row in second.rows] == [3, 2, 1]


async def test_the_history_of_nothing_is_empty(store: Store) -> None:
    assert (await store.history("Patient", "a", 2)).rows == ()


@pytest.mark.parametrize("version", [1, 3])
async def test_a_change_on_another_version_is_stale_and_stores_nothing(store: Store, version: int) -> None:
    await store.commit(commit(change("Patient/a")))
    with pytest.raises(Stale) as raised:
        await store.commit(commit(change("Claim/b"), change("Patient/a", version)))
    assert raised.value.reference == "Patient/a"
    assert await store.read("Claim", "b") is None
    assert (await store.history("Patient", "a", 9)).rows[0].version == 1


async def test_an_update_of_nothing_is_stale(store: Store) -> None:
    with pytest.raises(Stale):
        await store.commit(commit(change("Patient/a", 2)))


async def test_a_condition_that_must_be_absent_and_is_present_stores_nothing(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    with pytest.raises(Present):
        await store.commit(commit(change("Patient/b"), absent=(Term("x"),)))
    assert await store.read("Patient", "b") is None


async def test_a_deleted_resource_counts_as_absent(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    await store.commit(commit(removal("Patient/a", 2)))
    await store.commit(commit(change("Patient/b", entries=tagged("x")), absent=(Term("x"),)))
    assert await store.read("Patient", "b") is not None


async def test_of_64_racing_conditional_creates_one_is_stored(store: Store) -> None:
    async def create(number: int) -> bool:
        try:
            await store.commit(commit(change(f"Patient/p{number}", entries=tagged("x")), absent=(Term("x"),)))
        except Present:
            return False
        return True

    created = await asyncio.gather(*(create(number) for number in range(64)))
    assert sum(created) == 1
    assert await store.count(Term("x"), 100) == 1


async def test_of_racing_conditional_creates_with_overlapping_conditions_one_is_stored(store: Store) -> None:
    entries = tagged("identifier=1", "identifier=a|1")

    async def create(number: int) -> bool:
        condition = Term("identifier=1" if number % 2 else "identifier=a|1")
        try:
            await store.commit(commit(change(f"Patient/p{number}", entries=entries), absent=(condition,)))
        except Present:
            return False
        return True

    assert sum(await asyncio.gather(*(create(number) for number in range(32)))) == 1


async def test_of_64_racing_updates_of_one_version_one_is_stored(store: Store) -> None:
    await store.commit(commit(change("Patient/a")))

    async def update() -> bool:
        try:
            await store.commit(commit(change("Patient/a", 2)))
        except Stale:
            return False
        return True

    assert sum(await asyncio.gather(*(update() for _ in range(64)))) == 1
    assert [row.version for row in (await store.history("Patient", "a", 9)).rows] == [2, 1]


async def test_many_resources_are_read_at_once_in_the_order_asked(store: Store) -> None:
    await store.commit(commit(change("Patient/a"), change("Claim/b")))
    found = await store.read_many([("Claim", "b"), ("Patient", "x"), ("Patient", "a"), ("Claim", "b")])
    assert [row and f"{row.type}/{row.id}" for row in found] == ["Claim/b", None, "Patient/a", "Claim/b"]
    assert await store.read_many([]) == ()


async def test_the_owner_of_a_resource_is_kept_with_each_version(store: Store) -> None:
    await store.commit(commit(change("Claim/a", owner="submit")))
    await store.commit(commit(change("Claim/a", 2)))
    first, second = await store.vread("Claim", "a", 1), await store.read("Claim", "a")
    assert first is not None
    assert second is not None
    assert (first.owner, second.owner) == ("submit", "")


async def test_what_is_stored_is_there_when_the_store_is_opened_again(opener: Opener) -> None:
    first = await opener("definitions", 1)
    await first.commit(commit(change("Patient/a", entries=tagged("x"))))
    secret = await first.secret()
    await first.close()
    second = await opener("definitions", 1)
    assert [row.id for row in (await second.search(Query(Term("x"), 5))).rows] == ["a"]
    assert await second.secret() == secret
    assert len(secret) == 32
    await second.close()
