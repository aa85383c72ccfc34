"""Versions and commits: http://hl7.org/fhir/R4/http.html#versions."""

from __future__ import annotations

import asyncio

import pytest

from conformance_tests.storage.changes import AT, change, commit, removal, tagged
from conformance_tests.storage.openers import Opener
from server.search.condition import All, Any, Condition, Not, Prefix, Span, Substring, Term
from server.search.entries import Entries
from server.storage.store import History, Present, Query, Row, Stale, Store

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
    first = await store.history(History(2, "Patient", "a"))
    second = await store.history(History(3, "Patient", "a", beyond=first.rows[-1].version))
    assert [row.version for row in first.rows] == [5, 4]
    assert (first.more, second.more) == (True, False)
    assert [row.version for row in second.rows] == [3, 2, 1]


async def test_the_history_of_nothing_is_empty(store: Store) -> None:
    assert (await store.history(History(2, "Patient", "a"))).rows == ()


@pytest.mark.parametrize("version", [1, 3])
async def test_a_change_on_another_version_is_stale_and_stores_nothing(store: Store, version: int) -> None:
    await store.commit(commit(change("Patient/a")))
    with pytest.raises(Stale) as raised:
        await store.commit(commit(change("Claim/b"), change("Patient/a", version)))
    assert raised.value.reference == "Patient/a"
    assert await store.read("Claim", "b") is None
    assert (await store.history(History(9, "Patient", "a"))).rows[0].version == 1


async def test_an_update_of_nothing_is_stale(store: Store) -> None:
    with pytest.raises(Stale):
        await store.commit(commit(change("Patient/a", 2)))


async def test_a_condition_that_must_be_absent_and_is_present_stores_nothing(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    with pytest.raises(Present):
        await store.commit(commit(change("Patient/b"), absent=(Term("x"),)))
    assert await store.read("Patient", "b") is None


@pytest.mark.parametrize("version", [1, 3])
async def test_a_version_that_must_be_current_and_is_not_stores_nothing(store: Store, version: int) -> None:
    await store.commit(commit(change("Coverage/c")))
    await store.commit(commit(change("Coverage/c", 2)))
    with pytest.raises(Stale):
        await store.commit(commit(change("Claim/a"), current=(("Coverage", "c", version),)))
    assert await store.read("Claim", "a") is None
    await store.commit(commit(change("Claim/a"), current=(("Coverage", "c", 2),)))
    await store.commit(commit(removal("Coverage/c", 3)))
    with pytest.raises(Stale):
        await store.commit(commit(change("Claim/b"), current=(("Coverage", "c", 2),)))


async def test_a_resource_that_must_be_current_and_never_was_stores_nothing(store: Store) -> None:
    with pytest.raises(Stale):
        await store.commit(commit(change("Claim/a"), current=(("Coverage", "c", 1),)))


async def test_a_version_is_not_current_for_a_commit_that_waits_beside_its_update(store: Store) -> None:
    """Whichever of the two comes first: both happen, or the one that stood on the old version does not."""
    await store.commit(commit(change("Coverage/c")))
    mended = commit(change("Coverage/c", 2))
    standing = [commit(change(f"Claim/{number}"), current=(("Coverage", "c", 1),)) for number in range(8)]
    outcomes = await asyncio.gather(*map(store.commit, (*standing[:4], mended, *standing[4:])), return_exceptions=True)
    stored = {row.id: row.sequence for one in outcomes if isinstance(one, tuple) for row in one}
    refused = [one for one in outcomes if isinstance(one, Stale)]
    assert len(stored) + len(refused) == 9
    assert len(refused) >= 4
    assert all(sequence <= stored["c"] for sequence in stored.values())


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


async def test_no_condition_was_absent_after_a_plain_create_made_it_present(store: Store) -> None:
    async def create(number: int) -> Row | None:
        absent = (Term("x"),) if number % 2 else ()
        try:
            (row,) = await store.commit(commit(change(f"Patient/p{number}", entries=tagged("x")), absent=absent))
        except Present:
            return None
        return row

    rows = [row for row in await asyncio.gather(*(create(number) for number in range(64))) if row]
    others = sorted(rows, key=lambda row: row.sequence)[1:]
    assert len(rows) >= 32
    assert [row.id for row in others if int(row.id[1:]) % 2] == []


@pytest.mark.parametrize(
    ("condition", "present"),
    [
        (Any(tuple(Term(f"v{number}") for number in range(300))), True),
        (Any(tuple(Term(f"w{number}") for number in range(300))), False),
        (All((Term("_type=Patient"), Term("v299"))), True),
        (All((Term("_type=Patient"), Not(Term("v299")))), False),
        (Not(Term("w")), True),
        (Not(Term("_type=Patient")), False),
        (Prefix("name", "ber"), True),
        (Prefix("name", "erg"), False),
        (Substring("name", "erg"), True),
        (Span("when", high_after=10), False),
        (All(()), True),
        (Any(()), False),
    ],
)
async def test_any_condition_can_be_one_that_must_be_absent(store: Store, condition: Condition, present: bool) -> None:
    entries = Entries(("_type=Patient", "v299"), (("when", 5, 10),), (("name", "berger"),))
    await store.commit(commit(change("Patient/a", entries=entries)))
    await store.commit(commit(change("Patient/b")))
    await store.commit(commit(removal("Patient/b", 2)))
    if present:
        with pytest.raises(Present) as raised:
            await store.commit(commit(change("Claim/a"), absent=(Term("nothing"), condition)))
        assert raised.value.condition == condition
    else:
        await store.commit(commit(change("Claim/a"), absent=(Term("nothing"), condition)))
    assert (await store.read("Claim", "a") is None) == present


async def test_a_commit_that_is_refused_costs_those_beside_it_nothing(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    asked = [
        commit(change("Patient/b")),
        commit(change("Patient/a", 3)),
        commit(change("Patient/c"), absent=(Term("x"),)),
        commit(change("Patient/d"), change("Patient/a", 2)),
        commit(change("Patient/a", 2)),
        commit(change("Patient/a", 3)),
    ]
    found = await asyncio.gather(*map(store.commit, asked), return_exceptions=True)
    assert [one.__class__ for one in found] == [tuple, Stale, Present, tuple, Stale, tuple]
    assert [row.version for row in (await store.history(History(9, "Patient", "a"))).rows] == [3, 2, 1]
    assert [await store.read("Patient", id_) is None for id_ in "bcd"] == [False, True, False]


async def test_what_a_commit_removes_is_absent_for_one_that_waits_beside_it(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    await asyncio.gather(
        store.commit(commit(removal("Patient/a", 2))),
        store.commit(commit(change("Patient/b", entries=tagged("x")), absent=(Term("x"),))),
    )
    assert [row.id for row in (await store.search(Query(Term("x"), 5))).rows] == ["b"]


async def test_a_resource_has_one_change_in_a_commit(store: Store) -> None:
    with pytest.raises(Stale):
        await store.commit(commit(change("Patient/a"), change("Patient/a", 2)))
    assert await store.read("Patient", "a") is None


async def test_a_page_of_history_is_whole_while_the_resource_is_updated(store: Store) -> None:
    await store.commit(commit(change("Patient/a")))

    async def update() -> None:
        for version in range(2, 30):
            await store.commit(commit(change("Patient/a", version)))

    updating = asyncio.create_task(update())
    while not updating.done():
        versions = [row.version for row in (await store.history(History(50, "Patient", "a"))).rows]
        assert versions == list(range(versions[0], 0, -1))
        await asyncio.sleep(0)
    await updating


async def test_of_64_racing_updates_of_one_version_one_is_stored(store: Store) -> None:
    await store.commit(commit(change("Patient/a")))

    async def update() -> bool:
        try:
            await store.commit(commit(change("Patient/a", 2)))
        except Stale:
            return False
        return True

    assert sum(await asyncio.gather(*(update() for _ in range(64)))) == 1
    assert [row.version for row in (await store.history(History(9, "Patient", "a"))).rows] == [2, 1]


async def test_many_resources_are_read_at_once_in_the_order_asked(store: Store) -> None:
    await store.commit(commit(change("Patient/a"), change("Claim/b")))
    found = await store.read_many([("Claim", "b"), ("Patient", "x"), ("Patient", "a"), ("Claim", "b")])
    assert [row and f"{row.type}/{row.id}" for row in found] == ["Claim/b", None, "Patient/a", "Claim/b"]
    assert await store.read_many([]) == ()


async def test_a_thousand_resources_are_read_at_once(store: Store) -> None:
    await store.commit(commit(*(change(f"Patient/p{number}") for number in range(0, 1000, 3))))
    found = await store.read_many([("Patient", f"p{number}") for number in range(1000)])
    assert [number for number, row in enumerate(found) if row] == list(range(0, 1000, 3))


async def test_many_reads_at_once_each_get_their_own(store: Store) -> None:
    await store.commit(commit(*(change(f"Patient/p{number}") for number in range(150))))
    found = await asyncio.gather(*(store.read("Patient", f"p{number % 200}") for number in range(400)))
    assert [row and row.id for row in found] == [
        f"p{number % 200}" if number % 200 < 150 else None for number in range(400)
    ]


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
