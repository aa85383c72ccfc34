"""What the entries of a transaction call one another, and what conditional references stand for.

Sources: http://hl7.org/fhir/R4/http.html#trules, http://hl7.org/fhir/R4/references.html#conditional
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from server.fhir.errors import Invalid, PreconditionFailed
from server.interactions import criteria
from server.interactions.engine import Engine
from server.interactions.planning import Step
from server.interactions.request import Request
from server.interactions.rewriting import Rename


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


async def of_conditions(engine: Engine, request: Request, texts: Iterable[str]) -> Mapping[str, str]:
    """Each conditional reference (`Patient?identifier=a|1`) to that of the only resource that meets it."""
    conditional = sorted({text for text in texts if _conditional(engine, text)})
    found = await asyncio.gather(*(_resolved(engine, request, text) for text in conditional))
    return dict(zip(conditional, found, strict=True))


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


def texts(engine: Engine, steps: Sequence[Step]) -> Iterable[str]:
    """Every reference in the resources of the steps."""
    for step in steps:
        if step.entry.request.body is not None:
            yield from engine.rewriter.references(step.entry.request.body)
