"""The links of a store that an earlier server wrote are followed once it is reindexed, and hinder nothing before."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from conformance_tests.storage import standin
from conformance_tests.storage.changes import change, commit
from server.search.condition import Chain, Condition, Reverse, Term
from server.search.entries import Entries
from server.storage.mongo.store import MongoStore
from server.storage.store import Query, Reindexed

pytestmark = pytest.mark.anyio

NAMED = Entries(terms=("name=b",))
LINKED = Entries(terms=("code=c", "to=Patient/b"), links=(("to", "Patient/b"),))


async def _found(store: MongoStore, condition: Condition) -> list[str]:
    return [row.id for row in (await store.search(Query(condition, 9))).rows]


async def test_links_of_an_earlier_mongo_store_are_followed_once_it_is_reindexed() -> None:
    uri = standin.named(standin.uri(), f"almoner_test_{uuid4().hex}")
    store = await MongoStore.open(uri, "definitions", 1)
    await store.commit(commit(change("Patient/b", entries=NAMED), change("Claim/a", entries=LINKED)))
    async with AsyncMongoClient[dict[str, object]](uri) as client:
        await client.get_default_database()["current"].update_many({}, {"$unset": {"l": "", "p": ""}})
    await store.close()
    store = await MongoStore.open(uri, "definitions", 2)
    assert await _found(store, Reverse("to", Term("code=c"))) == []
    assert await _found(store, Chain("to", Term("name=b"))) == ["a"]
    entries = {"Patient": NAMED, "Claim": LINKED}
    await store.reindex([Reindexed(row, entries[row.type]) for row in await store.outdated(9)])
    assert await _found(store, Reverse("to", Term("code=c"))) == ["b"]
    await store.close()
