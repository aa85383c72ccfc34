"""The changes of a store that an earlier server wrote are in its history, too."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from conformance_tests.storage import earlier, standin
from conformance_tests.storage.changes import change, commit
from server.storage.mongo.store import MongoStore
from server.storage.sqlite import history, schema
from server.storage.sqlite.store import SqliteStore
from server.storage.store import History

pytestmark = pytest.mark.anyio


async def test_the_changes_of_an_earlier_sqlite_store_are_in_its_history(tmp_path: Path) -> None:
    earlier.store(tmp_path / "data")
    store = SqliteStore(tmp_path / "data", "definitions", 9)
    shown = (await store.history(History(999))).rows
    assert [row.sequence for row in reversed(shown)] == [one.sequence for one in await store.events(0, 999)]
    assert list(shown) == [await store.vread(row.type, row.id, row.version) for row in shown]
    await store.close()


async def test_the_changes_of_an_earlier_mongo_store_are_in_the_history_of_their_type() -> None:
    uri = standin.named(standin.uri(), f"almoner_test_{uuid4().hex}")
    store = await MongoStore.open(uri, "definitions", 1)
    await store.commit(commit(change("Patient/a"), change("Claim/b")))
    async with AsyncMongoClient[dict[str, object]](uri) as client:
        await client.get_default_database()["outbox"].update_many({}, {"$unset": {"rt": ""}})
    assert (await store.history(History(9, "Claim"))).rows == ()
    await store.close()
    store = await MongoStore.open(uri, "definitions", 1)
    assert [row.id for row in (await store.history(History(9, "Claim"))).rows] == ["b"]
    await store.close()


@pytest.mark.parametrize(
    "query", [History(9), History(9, "Patient"), History(9, "Patient", "a", since=1, during=(1, 2))]
)
async def test_no_history_scans_or_sorts_a_table_of_sqlite(tmp_path: Path, query: History) -> None:
    await SqliteStore(tmp_path, "definitions", 1).close()
    connection = schema.reading(tmp_path / "almoner.sqlite")
    steps: list[str] = []
    connection.set_trace_callback(steps.append)
    history.page(connection, query)
    (statement,) = [one for one in steps if "LIMIT" in one]
    connection.set_trace_callback(None)
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert [one for one in plan if one.startswith("SCAN") or "TEMP B-TREE" in one] == []
    connection.close()
