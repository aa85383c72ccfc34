"""A batch: entries that are performed each by itself, whatever becomes of the others.

Source: http://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

import asyncio

from server.fhir.errors import FhirError, Invalid
from server.fhir.outcome import outcome
from server.fhir.resource import Resource
from server.interactions import bundles, entry, payload, responses, single
from server.interactions.engine import Engine
from server.interactions.entry import Entry
from server.interactions.request import Reply, Request

TOGETHER = 32
"""How many entries are under way at a time."""


async def run(engine: Engine, request: Request) -> Reply:
    """The batch-response: for each entry in order what it would have been answered alone."""
    payload.validated(engine, _envelope(request.body or {}))
    asked = entry.entries(request)
    gate = asyncio.Semaphore(TOGETHER)
    answered = await asyncio.gather(*(_perform(engine, one, gate) for one in asked))
    return bundles.reply("batch-response", answered)


def _envelope(bundle: Resource) -> Resource:
    """The Bundle without the resources of its entries: each is validated as its entry is performed."""
    entries = bundle.get("entry")
    if not isinstance(entries, list):
        return bundle
    bare = [{k: v for k, v in one.items() if k != "resource"} if isinstance(one, dict) else one for one in entries]
    return {**bundle, "entry": bare}


async def _perform(engine: Engine, one: Entry, gate: asyncio.Semaphore) -> bundles.Entry:
    async with gate:
        try:
            return responses.of_reply(one.request, await _answer(engine, one.request))
        except FhirError as error:
            return responses.of_outcome(error.status, outcome(entry.issues(one, error)))


async def _answer(engine: Engine, request: Request) -> Reply:
    if request.body is not None and not isinstance(request.body, dict):
        raise Invalid("a resource is an object", expression="resource")
    return await single.run(engine, request)
