"""A transaction: all entries or none, in one commit.

Deletes, creates, updates and patches are one change of the store, so that their order does not matter. Reads and
searches that are not understood fail the transaction; the others are answered after it, each with what it found. A
transaction that is overtaken by another write is planned anew.
Source: http://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from server.fhir.errors import FhirError
from server.fhir.resource import Resource
from server.interactions import (
    answering,
    bundles,
    entry,
    holding,
    naming,
    payload,
    planning,
    resolving,
    responses,
    rewriting,
    single,
    update,
    write,
)
from server.interactions.answering import Allowance
from server.interactions.engine import Engine
from server.interactions.entry import Entry
from server.interactions.planning import Step
from server.interactions.request import Reply, Request
from server.interactions.write import Draft, Removal
from server.search.condition import Condition
from server.storage.store import Row

_READING = ("GET", "HEAD")
_STRIDE = 20
"""How many resources are prepared before others have their turn."""


async def run(engine: Engine, request: Request) -> Reply:
    """The transaction-response: an answer for each entry in order; raises the error of the first that fails."""
    payload.validated(engine, payload.of_type(request, "Bundle"))
    asked = [entry.read(request, place, one) for place, one in enumerate(entry.listed(request))]
    reading = [one for one in asked if one.request.method in _READING]
    writing = [one for one in asked if one.request.method not in _READING]
    for one in reading:
        await _check(engine, one)

    async def attempt() -> Reply:
        answers = await _written(engine, request, await planning.steps(engine, writing))
        room = Allowance()
        for one in reading:
            answers[one.place] = await answering.by_itself(answering.performed(engine, one, room))
        return bundles.reply("transaction-response", [answers[one.place] for one in asked])

    return await engine.contention.persist(attempt, "a resource of the transaction")


async def _written(engine: Engine, request: Request, steps: Sequence[Step]) -> dict[int, bundles.Entry]:
    """Commit what the steps ask; the answers by the place of the entry."""
    drafts = await _drafts(engine, request, steps)
    moving = [one for one in steps if one.live and one.type in engine.holds and one.entry.place in drafts]
    held = [await _held(engine, one, drafts[one.entry.place]) for one in moving]
    absent = [one for one in (*(step.absent for step in steps), *held) if one is not None]
    written = await write.commit(engine, request.now, list(drafts.values()), absent) if drafts else ()
    rows = {place: one.row for place, one in zip(drafts, written, strict=True)}
    by_reference = {f"{row.type}/{row.id}": row for row in rows.values()}
    return {step.entry.place: _answer(step, rows.get(step.entry.place), by_reference) for step in steps}


async def _drafts(engine: Engine, request: Request, steps: Sequence[Step]) -> dict[int, Draft | Removal]:
    """What is to be written, by the place of the entry; nothing for what changes nothing."""
    names = naming.of_entries(steps)
    found = naming.sites(engine, names, steps)
    conditional = await resolving.conditional(engine, request, names, steps, found)
    drafts: dict[int, Draft | Removal] = {}
    created: set[str] = set()
    for number, (step, sites) in enumerate(zip(steps, found, strict=True)):
        if number % _STRIDE == _STRIDE - 1:
            await asyncio.sleep(0)
        if step.settled or step.reference in created:
            continue
        created.add(step.reference)
        body = step.entry.request.body
        rename = naming.rename(names, step.entry.full_url, conditional)
        resource = {**rewriting.rewritten(body, sites, rename), "id": step.id} if body is not None else None
        draft = _draft(step, resource)
        if draft is not None:
            drafts[step.entry.place] = draft
    return drafts


async def _held(engine: Engine, step: Step, draft: Draft | Removal) -> Condition | None:
    """What must match nothing for a draft to be written."""
    try:
        return await holding.check(engine, step.row, draft.resource if isinstance(draft, Draft) else None)
    except FhirError as error:
        raise entry.failed(step.entry, error) from error


def _draft(step: Step, resource: Resource | None) -> Draft | Removal | None:
    request, row = step.entry.request, step.row
    if request.method == "POST":
        return Draft(resource or {})
    try:
        update.check(request, row, step.reference)
    except FhirError as error:
        raise entry.failed(step.entry, error) from error
    if request.method == "DELETE":
        return Removal(row) if row is not None and row.body is not None else None
    if row is not None and update.unchanged(row, resource or {}):
        return None
    return Draft(resource or {}, row, request.method)


def _answer(step: Step, written: Row | None, by_reference: dict[str, Row]) -> bundles.Entry:
    """The answer to a step: `written` is its row, None where nothing was written for it."""
    row = written or by_reference.get(step.reference) or step.row
    request = step.entry.request
    if request.method == "DELETE" or row is None:
        return bundles.Entry(members={"response": {"status": "204 No Content"}})
    created = written is not None and not step.live
    return responses.of_row(request, row, 201 if created else 200)


async def _check(engine: Engine, one: Entry) -> None:
    try:
        await single.check(engine, one.request)
    except FhirError as error:
        raise entry.failed(one, error) from error
