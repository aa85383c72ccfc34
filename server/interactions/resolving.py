"""What conditional references stand for, once all other entries of the transaction are done.

Sources: http://hl7.org/fhir/R4/http.html#trules, http://hl7.org/fhir/R4/references.html#conditional
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from server.fhir.errors import Invalid, PreconditionFailed
from server.interactions import criteria, naming, rewriting, write
from server.interactions.engine import Engine
from server.interactions.planning import Step
from server.interactions.request import Request
from server.interactions.rewriting import Sites
from server.search import interpreter
from server.search.condition import All, Condition, Term
from server.search.entries import Entries
from server.storage.store import Query

PAGE = 100
"""How many resources are asked for at a time, where those that the transaction changes are left out."""


async def conditional(
    engine: Engine, request: Request, names: Mapping[str, str], steps: Sequence[Step], found: Sequence[Sites]
) -> Mapping[str, str]:
    """Each conditional reference (`Patient?identifier=a|1`) at the sites of the steps to that of the only resource that
    meets it: as stored, where the transaction leaves it alone, or as the transaction writes it; raises Invalid where
    there is none, PreconditionFailed where there are several.

    A written resource is looked at before its own conditional references are resolved.
    """
    texts = sorted({text for one in found for text in rewriting.texts(one) if _conditional(engine, names, text)})
    if not texts:
        return {}
    asked = [_condition(engine, request, text) for text in texts]
    changed = {step.reference for step in steps if not step.settled}
    stored = await asyncio.gather(*(_stored(engine, condition, changed) for condition in asked))
    written = await _written(engine, request, names, _of(texts, steps, found), asked)
    references: dict[str, str] = {}
    for text, condition, kept in zip(texts, asked, stored, strict=True):
        references[text] = _only(text, [*kept, *written.meeting(condition)])
        await asyncio.sleep(0)
    return references


def _conditional(engine: Engine, names: Mapping[str, str], text: str) -> bool:
    kind, mark, _ = text.partition("?")
    return bool(mark) and text not in names and engine.definitions.is_resource(kind)


def _condition(engine: Engine, request: Request, text: str) -> Condition:
    kind, _, query = text.partition("?")
    return criteria.condition(engine, request, kind, criteria.pairs(query))


def _only(text: str, references: Sequence[str]) -> str:
    kind = text.partition("?")[0]
    if not references:
        raise Invalid(f"no {kind} meets a conditional reference")
    if len(references) > 1:
        raise PreconditionFailed(f"several resources of type {kind} meet a conditional reference")
    return references[0]


async def _stored(engine: Engine, condition: Condition, changed: Collection[str]) -> Sequence[str]:
    """The stored resources that meet a condition and that the transaction leaves alone: at least two, if there are."""
    found: list[str] = []
    below: int | None = None
    while len(found) < 2:
        page = await engine.store.search(Query(condition, PAGE if changed else 2, below))
        found += [one for row in page.rows if (one := f"{row.type}/{row.id}") not in changed]
        if not page.more:
            break
        below = page.rows[-1].order
    return found


@dataclass(frozen=True, slots=True)
class Written:
    """The index entries of what a transaction writes, by reference; `having` are the references by a term that some
    condition requires.
    """

    entries: Mapping[str, Entries]
    having: Mapping[str, Sequence[str]]

    def meeting(self, condition: Condition) -> Sequence[str]:
        """The references of the resources that meet a condition."""
        term = _required(condition)
        among = self.entries if term is None else self.having[term]
        return [one for one in among if interpreter.holds(condition, self.entries[one], one)]


def _of(texts: Sequence[str], steps: Sequence[Step], found: Sequence[Sites]) -> Mapping[str, tuple[Step, Sites]]:
    """The steps that write resources of the types that the texts ask for, by reference, with the sites of each."""
    types = {text.partition("?")[0] for text in texts}
    written: dict[str, tuple[Step, Sites]] = {}
    for step, sites in zip(steps, found, strict=True):
        if step.type in types and not step.settled and step.entry.request.method != "DELETE":
            written.setdefault(step.reference, (step, sites))
    return written


async def _written(
    engine: Engine,
    request: Request,
    names: Mapping[str, str],
    steps: Mapping[str, tuple[Step, Sites]],
    asked: Sequence[Condition],
) -> Written:
    having: dict[str, list[str]] = {term: [] for one in asked if (term := _required(one)) is not None}
    entries: dict[str, Entries] = {}
    for reference, (step, sites) in steps.items():
        entries[reference] = _entries(engine, request, names, step, sites)
        for term in having.keys() & entries[reference].terms:
            having[term].append(reference)
        await asyncio.sleep(0)
    return Written(entries, having)


def _entries(engine: Engine, request: Request, names: Mapping[str, str], step: Step, sites: Sites) -> Entries:
    """The entries of a resource as it is written, but for its conditional references."""
    _, renamed = naming.seen_from(names, step.entry.full_url)
    resource = {**rewriting.rewritten(step.entry.request.body, sites, renamed), "id": step.id}
    return engine.index(write.stamp(resource, step.row.version + 1 if step.row else 1, write.instant(request.now)))


def _required(condition: Condition) -> str | None:
    """A term that whatever meets the condition has."""
    match condition:
        case Term(key):
            return key
        case All(parts):
            return next((term for part in parts if (term := _required(part)) is not None), None)
        case _:
            return None
