"""Any history on either store is what its words say, worked out in plain Python from all that was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_tests.storage import openers
from conformance_tests.storage.changes import change, commit, removal
from server.storage.store import ENDLESS, Change, History, Store

pytestmark = pytest.mark.anyio

NAMES = ("Patient/a", "Patient/b", "Claim/a")
TIMES = st.integers(0, 5)


@dataclass(frozen=True, slots=True)
class Version:
    """What was written, and when the next version followed."""

    change: Change
    until: int


written = st.lists(st.tuples(st.sampled_from(NAMES), TIMES, st.booleans()), min_size=1, max_size=9)
periods = st.tuples(TIMES, TIMES).map(lambda pair: (min(pair), max(pair) + 1))


def changes(drawn: Sequence[tuple[str, int, bool]]) -> list[Change]:
    """The changes; no version is older than the one before it, and none deletes what is deleted."""
    found: list[Change] = []
    last: dict[str, Change] = {}
    for name, at, deletes in drawn:
        before = last.get(name)
        version = before.version + 1 if before else 1
        made = removal(name, version) if before and before.body and deletes else change(name, version)
        last[name] = replace(made, at=max(at, before.at if before else 0))
        found.append(last[name])
    return found


def lives(made: Sequence[Change]) -> list[Version]:
    """Each change with the time at which the next one of its resource followed."""
    following = {(one.type, one.id, one.version - 1): one.at for one in made}
    return [Version(one, following.get((one.type, one.id, one.version), ENDLESS)) for one in made]


def expected(made: Sequence[Change], query: History) -> list[tuple[str, str, int]]:
    """What a history shows on all of its pages."""
    start, before = query.during or (-ENDLESS, ENDLESS)
    shown = [
        (one.change.type, one.change.id, one.change.version)
        for one in lives(made)
        if query.type in ("", one.change.type)
        and query.id in ("", one.change.id)
        and one.change.at >= (query.since or 0)
        and one.change.at < before
        and one.until > start
    ]
    return shown if query.oldest else shown[::-1]


async def shown(store: Store, query: History) -> list[tuple[str, str, int]]:
    """What a history shows on all of its pages."""
    page = await store.history(query)
    found = [(row.type, row.id, row.version) for row in page.rows]
    if page.more:
        found += await shown(store, replace(query, beyond=query.place(page.rows[-1])))
    return found


@pytest.mark.parametrize("kind", openers.OPENERS)
@settings(max_examples=40)
@given(drawn=written, since=st.none() | TIMES, during=st.none() | periods, limit=st.integers(1, 4))
async def test_any_history_is_what_its_words_say(
    kind: str, drawn: list[tuple[str, int, bool]], since: int | None, during: tuple[int, int] | None, limit: int
) -> None:
    made = changes(drawn)
    with TemporaryDirectory() as directory:
        store = await openers.OPENERS[kind](Path(directory))("definitions", 1)
        for one in made:
            await store.commit(commit(one))
        for name, oldest in product(("", "Patient", "Claim", *NAMES), (False, True)):
            type_, _, id_ = name.partition("/")
            query = History(limit, type_, id_, since, during, oldest)
            assert await shown(store, query) == expected(made, query)
        await store.close()
