"""What the entries of a transaction call one another, and what conditional references stand for.

Sources: http://hl7.org/fhir/R4/http.html#trules, http://hl7.org/fhir/R4/references.html#conditional
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from server.fhir.errors import Invalid, PreconditionFailed
from server.fhir.resource import Resource
from server.interactions import criteria, rewriting
from server.interactions.engine import Engine
from server.interactions.planning import Step
from server.interactions.request import Request
from server.interactions.rewriting import Rename, Sites


def of_entries(steps: Iterable[Step]) -> Mapping[str, str]:
    """The fullUrl of each entry to the reference of its resource, and its relative form: a create gives a new id."""
    names: dict[str, str] = {}
    for step in steps:
        full_url = step.entry.full_url
        if not full_url:
            continue
        names[full_url] = step.reference
        relative = "/".join(full_url.split("/")[-2:])
        if "://" in full_url and relative.startswith(f"{step.type}/"):
            names[relative] = step.reference
    return names


async def of_conditions(engine: Engine, request: Request, found: Iterable[Sites]) -> Mapping[str, str]:
    """Each conditional reference (`Patient?identifier=a|1`) to that of the only resource that meets it."""
    texts = (text for one in found for text in rewriting.texts(one))
    conditional = sorted({text for text in texts if _conditional(engine, text)})
    references = await asyncio.gather(*(_resolved(engine, request, text) for text in conditional))
    return dict(zip(conditional, references, strict=True))


def rename(names: Mapping[str, str], conditional: Mapping[str, str]) -> Rename:
    """Renames by both; a fragment behind a name stays."""

    def renamed(text: str) -> str:
        return names.get(text) or conditional.get(text) or _with_fragment(names, text)

    return renamed


def _with_fragment(names: Mapping[str, str], text: str) -> str:
    base, mark, fragment = text.partition("#")
    return names[base] + mark + fragment if mark and base in names else text


def _conditional(engine: Engine, text: str) -> bool:
    kind, mark, _ = text.partition("?")
    return bool(mark) and engine.definitions.is_resource(kind)


async def _resolved(engine: Engine, request: Request, text: str) -> str:
    kind, _, query = text.partition("?")
    rows = await criteria.matches(engine, criteria.condition(engine, request, kind, criteria.pairs(query)))
    if not rows:
        raise Invalid(f"no {kind} meets a conditional reference")
    if len(rows) > 1:
        raise PreconditionFailed(f"several resources of type {kind} meet a conditional reference")
    return f"{kind}/{rows[0].id}"


def sites(engine: Engine, names: Mapping[str, str], steps: Sequence[Step]) -> list[Sites]:
    """For each step, where its resource refers to an entry or by a condition."""

    def wanted(text: str) -> bool:
        return text in names or "?" in text or ("#" in text and text.partition("#")[0] in names)

    return [engine.rewriter.sites(step.entry.request.body or NOTHING, wanted) for step in steps]


NOTHING: Resource = {"resourceType": "Basic"}
