"""The outbox and reindexing: what follows the commits of a store."""

from __future__ import annotations

import asyncio

import pytest

from conformance_tests.storage.changes import AT, change, commit, removal, tagged
from conformance_tests.storage.openers import Opener
from server.search.condition import Term
from server.storage.store import Event, Incompatible, Query, Reindexed, Stale, Store

pytestmark = pytest.mark.anyio


async def test_each_change_leaves_an_event_in_the_order_of_commits(store: Store) -> None:
    first = await store.commit(commit(change("Patient/a"), change("Claim/b")))
    second = await store.commit(commit(removal("Patient/a", 2)))
    expected = (
        Event(first[0].sequence, "Patient", "a", 1, "POST", AT + 1),
        Event(first[1].sequence, "Claim", "b", 1, "POST", AT + 1),
        Event(second[0].sequence, "Patient", "a", 2, "DELETE", AT + 2),
    )
    assert await store.events(0, 10) == expected
    assert await store.events(first[0].sequence, 1) == expected[1:2]


async def test_a_refused_commit_leaves_no_event(store: Store) -> None:
    with pytest.raises(Stale):
        await store.commit(commit(change("Patient/a"), change("Patient/b", 2)))
    assert await store.events(0, 10) == ()


async def test_no_event_appears_below_one_already_seen(store: Store) -> None:
    seen: list[int] = []

    async def watch() -> None:
        while len(seen) < 60:
            seen.extend(event.sequence for event in await store.events(seen[-1] if seen else 0, 100))
            await asyncio.sleep(0)

    writes = [store.commit(commit(change(f"Patient/p{number}"))) for number in range(60)]
    await asyncio.wait_for(asyncio.gather(watch(), *writes), 30)
    assert [event.sequence for event in await store.events(0, 100)] == seen


async def test_other_definitions_make_all_rows_outdated_until_they_are_reindexed(opener: Opener) -> None:
    first = await opener("definitions", 1)
    for number in range(5):
        await first.commit(commit(change(f"Patient/p{number}", entries=tagged("old"))))
    assert await first.outdated(10) == ()
    await first.close()

    second = await opener("other definitions", 1)
    await second.commit(commit(change("Patient/p1", 2, tagged("new"))))
    await second.commit(commit(change("Patient/p9", entries=tagged("new"))))
    outdated = await second.outdated(3)
    assert [row.id for row in outdated] == ["p0", "p2", "p3"]
    await second.reindex([Reindexed(row, tagged("new")) for row in outdated])
    rest = await second.outdated(10)
    assert [row.id for row in rest] == ["p4"]
    await second.reindex([Reindexed(row, tagged("new")) for row in rest])
    assert await second.outdated(10) == ()
    assert await second.count(Term("new"), 100) == 6
    assert await second.count(Term("old"), 100) == 0
    await second.close()


async def test_reindexing_leaves_alone_what_was_written_meanwhile(opener: Opener) -> None:
    first = await opener("definitions", 1)
    await first.commit(commit(change("Patient/a", entries=tagged("old"))))
    await first.close()
    second = await opener("definitions", 2)
    outdated = await second.outdated(10)
    await second.commit(commit(change("Patient/a", 2, tagged("newest"))))
    await second.reindex([Reindexed(row, tagged("stale")) for row in outdated])
    assert [row.version for row in (await second.search(Query(Term("newest"), 5))).rows] == [2]
    assert await second.count(Term("stale"), 5) == 0
    assert await second.outdated(10) == ()
    await second.close()


async def test_a_resource_reindexed_and_updated_at_once_has_the_entries_of_its_update(opener: Opener) -> None:
    first = await opener("definitions", 1)
    await first.commit(commit(change("Patient/a", entries=tagged("old"))))
    await first.close()
    second = await opener("definitions", 2)
    outdated = await second.outdated(10)
    await asyncio.gather(
        second.reindex([Reindexed(row, tagged("stale")) for row in outdated]),
        second.commit(commit(change("Patient/a", 2, tagged("newest")))),
    )
    assert [await second.count(Term(key), 5) for key in ("old", "stale", "newest")] == [0, 0, 1]
    await second.close()


async def test_reindexing_continues_where_it_was_when_the_store_is_opened_again(opener: Opener) -> None:
    store = await opener("definitions", 1)
    await store.commit(commit(*(change(f"Patient/p{number}", entries=tagged("old")) for number in range(4))))
    await store.close()
    store = await opener("definitions", 2)
    await store.reindex([Reindexed(row, tagged("new")) for row in await store.outdated(3)])
    await store.close()
    store = await opener("definitions", 2)
    assert [row.id for row in await store.outdated(10)] == ["p3"]
    await store.close()


async def test_a_store_that_a_newer_server_wrote_is_refused(opener: Opener) -> None:
    newer = await opener("definitions", 2)
    await newer.close()
    with pytest.raises(Incompatible):
        await opener("definitions", 1)
