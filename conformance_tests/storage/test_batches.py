"""Requests that wait together: the queue of the MongoDB store's reads and commits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from server.fhir.errors import Unavailable
from server.storage.mongo import batches
from server.storage.mongo.batches import Batches

pytestmark = pytest.mark.anyio


class Doubling:
    """Answers numbers with their double, when it is let go; keeps what came together."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.seen.append(list(numbers))
        await self.gate.wait()
        if 13 in numbers:
            raise Unavailable("no luck")
        return [ValueError("seven") if one == 7 else 2 * one for one in numbers]


@pytest.fixture
def doubling(anyio_backend: str) -> Doubling:
    return Doubling()


def queue(doubling: Doubling, heaviest: int = 100, flights: int = 1) -> Batches[int, int]:
    return Batches(doubling, lambda number: number, heaviest, flights)


async def test_what_comes_in_one_turn_of_the_loop_is_answered_together(doubling: Doubling) -> None:
    doubling.gate.set()
    waiting = queue(doubling)
    assert await asyncio.gather(*(waiting.add(number) for number in (1, 2, 1))) == [2, 4, 2]
    assert doubling.seen == [[1, 2, 1]]


async def test_what_comes_while_a_batch_is_under_way_shares_the_next(doubling: Doubling) -> None:
    waiting = queue(doubling)
    first = asyncio.create_task(waiting.add(1))
    await _settled()
    others = [asyncio.create_task(waiting.add(number)) for number in (2, 3)]
    await _settled()
    assert doubling.seen == [[1]]
    doubling.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6]
    assert doubling.seen == [[1], [2, 3]]


async def test_several_batches_are_under_way_where_that_is_allowed(doubling: Doubling) -> None:
    waiting = queue(doubling, flights=2)
    tasks = []
    for number in (1, 2, 3):
        tasks.append(asyncio.create_task(waiting.add(number)))
        await _settled()
    assert doubling.seen == [[1], [2]]
    doubling.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6]


async def test_a_batch_weighs_no_more_than_the_heaviest_unless_it_has_one_request(doubling: Doubling) -> None:
    doubling.gate.set()
    waiting = queue(doubling, heaviest=5)
    await asyncio.gather(*(waiting.add(number) for number in (2, 3, 1, 9, 4)))
    assert doubling.seen == [[2, 3], [1], [9], [4]]


async def test_a_request_that_is_refused_costs_the_others_nothing(doubling: Doubling) -> None:
    doubling.gate.set()
    waiting = queue(doubling)
    low, refused, high = await asyncio.gather(*(waiting.add(one) for one in (6, 7, 8)), return_exceptions=True)
    assert (low, repr(refused), high) == (12, repr(ValueError("seven")), 16)


async def test_a_batch_that_fails_fails_each_of_its_requests_and_no_other(doubling: Doubling) -> None:
    doubling.gate.set()
    waiting = queue(doubling)
    failed = await asyncio.gather(*(waiting.add(number) for number in (13, 1)), return_exceptions=True)
    assert [type(one) for one in failed] == [Unavailable, Unavailable]
    assert await waiting.add(5) == 10


async def test_a_request_whose_sender_went_away_is_not_sent(doubling: Doubling) -> None:
    waiting = queue(doubling)
    tasks = [asyncio.create_task(waiting.add(1))]
    await _settled()
    tasks += [asyncio.create_task(waiting.add(number)) for number in (2, 3)]
    await _settled()
    tasks[1].cancel()
    await _settled()
    doubling.gate.set()
    assert await tasks[2] == 6
    assert doubling.seen == [[1], [3]]
    assert (await tasks[0], tasks[1].cancelled()) == (2, True)


async def test_more_requests_than_may_wait_are_refused(doubling: Doubling) -> None:
    waiting = queue(doubling)
    tasks = [asyncio.create_task(waiting.add(0)) for _ in range(batches.WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await waiting.add(0)
    doubling.gate.set()
    assert sum(await asyncio.gather(*tasks)) == 0


async def test_closing_waits_until_all_have_their_answers(doubling: Doubling) -> None:
    waiting = queue(doubling, heaviest=1)
    tasks = [asyncio.create_task(waiting.add(number)) for number in (1, 2)]
    await _settled()
    closing = asyncio.create_task(waiting.close())
    await _settled()
    assert not closing.done()
    doubling.gate.set()
    await closing
    assert [task.result() for task in tasks] == [2, 4]


async def _settled() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)
