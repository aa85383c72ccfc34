"""A batch: entries that are performed each by itself, whatever becomes of the others.

Source: http://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource
from server.interactions import answering, bundles, entry, payload
from server.interactions.answering import Allowance
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request
from server.validation.bundles import unique
from server.validation.finding import Context, under

TOGETHER = 32
"""How many entries are under way at a time."""


async def run(engine: Engine, request: Request) -> Reply:
    """The batch-response: for each entry in order what it would have been answered alone."""
    listed = entry.listed(request)
    valid = _valid(engine, request.body or {}, listed)
    gate, room = asyncio.Semaphore(TOGETHER), Allowance()

    async def answer(place: int, one: Json) -> bundles.Entry:
        async with gate:
            return await answering.by_itself(_performed(engine, request, place, one, valid, room))

    answered = await asyncio.gather(*(answer(place, one) for place, one in enumerate(listed)))
    return bundles.reply("batch-response", answered)


def _valid(engine: Engine, bundle: Resource, listed: Sequence[Json]) -> bool:
    """Whether all entries are valid, so that none has to be looked at alone; raises Invalid for the Bundle itself.

    The resources are left out of this: each is validated as its entry is performed.
    """
    if not listed:
        payload.validated(engine, bundle)
        return True
    if not _failed(engine, {**bundle, "entry": [_bare(one) for one in listed]}):
        return True
    whole = _failed(engine, {**bundle, "entry": [_SOUND]})
    whole += under("Bundle", unique(bundle, Context(bundle)) or ())
    if whole:
        raise Invalid("the batch is not valid", issues=whole)
    return False


_SOUND: Json = {"request": {"method": "GET", "url": "metadata"}}
"""An entry that is valid, so that all issues are those of the Bundle around it."""


def _failed(engine: Engine, bundle: Resource) -> list[Issue]:
    return [one for one in engine.validate(bundle) if one.failed]


def _bare(one: Json) -> Json:
    """An entry without its resource."""
    return {name: value for name, value in one.items() if name != "resource"} if isinstance(one, dict) else one


def _check(engine: Engine, place: int, one: Json) -> None:
    """Raise Invalid when an entry alone is not valid, its place being that in the whole Bundle."""
    alone = {"resourceType": "Bundle", "type": "batch", "entry": [_bare(one)]}
    failed = [replace(found, expression=_moved(found, place)) for found in _failed(engine, alone)]
    if failed:
        raise Invalid("the entry is not valid", issues=failed)


def _moved(issue: Issue, place: int) -> str:
    return entry.expression(place) + issue.expression.removeprefix(entry.expression(0))


async def _performed(
    engine: Engine, request: Request, place: int, one: Json, valid: bool, room: Allowance
) -> bundles.Entry:
    if not valid:
        _check(engine, place, one)
    return await answering.performed(engine, entry.read(request, place, one), room)
