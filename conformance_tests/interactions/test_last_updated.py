"""meta.lastUpdated never goes back from a version to the next: http://hl7.org/fhir/R4/resource.html#Meta."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from conformance_tests.interactions.bundling import bundle, entry
from conformance_tests.interactions.serving import NOW, Service, body, patient, serving
from conformance_tests.storage import openers

pytestmark = pytest.mark.anyio

BACK = [59, 58, 7, 6, 5, 4, 3, 2, 1]
"""Seconds of a clock that is set back again and again."""


@pytest.fixture(params=openers.OPENERS)
async def server(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Service]:
    """A server whose clock is set back again and again."""
    ticks = count()
    store = await openers.OPENERS[request.param](tmp_path)("definitions", 1)
    async with serving(store, clock=lambda: NOW + timedelta(seconds=BACK[next(ticks) % len(BACK)])) as service:
        yield service
    await store.close()


async def times(server: Service) -> list[str]:
    """When each version of Patient/a was made, oldest first, as its metadata and its entry in the history say."""
    entries = body(await server.get("Patient/a/_history?_count=100"))["entry"]
    made = [one["response"]["lastModified"] for one in reversed(entries)]
    said = [one["resource"]["meta"]["lastUpdated"] for one in reversed(entries) if "resource" in one]
    assert len(said) < len(made) or said == made
    return made


async def test_of_64_updates_at_once_none_is_older_than_the_version_before(server: Service) -> None:
    sent = [patient(id="a", multipleBirthInteger=number) for number in range(64)]
    await asyncio.gather(*(server.put("Patient/a", one) for one in sent))
    found = await times(server)
    assert (len(found), found) == (64, sorted(found))


async def test_of_64_transactions_at_once_none_is_older_than_the_version_before(server: Service) -> None:
    sent = [bundle(entry("PUT", "Patient/a", patient(id="a", multipleBirthInteger=number))) for number in range(64)]
    await asyncio.gather(*(server.post("", one) for one in sent))
    found = await times(server)
    assert (len(found), found) == (64, sorted(found))


async def test_a_deletion_is_not_older_than_what_it_deletes(server: Service) -> None:
    for _ in range(4):
        await server.put("Patient/a", patient(id="a"))
        await server.delete("Patient/a")
    found = await times(server)
    assert (len(found), found) == (8, sorted(found))
