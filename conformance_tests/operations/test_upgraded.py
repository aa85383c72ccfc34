"""What the previous version posted is posted, before and after the store is reindexed."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_tests.interactions.serving import issues, serving
from conformance_tests.operations.claims import all_of
from conformance_tests.storage import earlier
from profiles import load
from server.jobs import reindexing
from server.search import indexer
from server.search.condition import Term
from server.storage.sqlite.store import SqliteStore

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("reindexed", [False, True])
async def test_a_payment_of_the_previous_version_is_not_posted_again(tmp_path: Path, reindexed: bool) -> None:
    store = SqliteStore(earlier.store(tmp_path / "store").parent, load.definitions().version, indexer.RECIPE)
    async with serving(store) as server:
        if reindexed:
            assert await reindexing.run(server.engine) > 0
        (posted,) = await all_of(server, "PaymentReconciliation")
        left_out = ("id", "meta", "identifier", "outcome")
        again = {name: value for name, value in posted.items() if name not in left_out}
        answer = await server.post("PaymentReconciliation/$post", again)
        assert (answer.status_code, {code for _, code, _ in issues(answer)}) == (422, {"duplicate"})
    await store.close()


async def test_reindexing_says_who_owns_what_was_posted(tmp_path: Path) -> None:
    store = SqliteStore(earlier.store(tmp_path / "store").parent, load.definitions().version, indexer.RECIPE)
    async with serving(store) as server:
        assert await store.count(Term("_owner=Claim/$submit"), 10) == 0
        await reindexing.run(server.engine)
        assert await store.count(Term("_owner=Claim/$submit"), 10) == 3
    await store.close()
