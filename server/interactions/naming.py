"""What the entries of a transaction call one another.

Source: http://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from server.fhir.errors import Invalid
from server.fhir.resource import Resource
from server.interactions import entry
from server.interactions.engine import Engine
from server.interactions.planning import Step
from server.interactions.rewriting import Rename, Sites, Wanted


def of_entries(steps: Iterable[Step]) -> Mapping[str, str]:
    """The fullUrl of each entry to the reference of its resource; raises Invalid for one that stands for two."""
    names: dict[str, str] = {}
    for step in steps:
        name = step.entry.full_url
        if name and names.setdefault(name, step.reference) != step.reference:
            raise entry.failed(step.entry, Invalid("another entry, for another resource, has the same fullUrl"))
    return names


def seen_from(names: Mapping[str, str], full_url: str) -> tuple[Wanted, Rename]:
    """Whether the entry with this fullUrl, empty without one, means a resource of `names` by a text, and what the text
    becomes: a fragment stays, a version, which is another server's, does not. `names` are fullUrls with the references
    of their resources.

    A relative reference is below the base of the entry's own fullUrl. Without a base it is to this server and stays, as
    does one that is to none of the names.
    Source: http://hl7.org/fhir/R4/bundle.html#references
    """
    restful = _restful.fullmatch(full_url)
    base = restful.group(1) if restful else ""

    def renamed(text: str) -> str:
        if text in names:
            return names[text]
        whole, mark, fragment = text.partition("#")
        named = whole.partition("/_history/")[0]
        return (names.get(named) or names.get(base + named, whole)) + mark + fragment

    return lambda text: renamed(text) != text, renamed


_restful = re.compile(r"(https?://.+/)[A-Z][A-Za-z]*/[A-Za-z0-9\-.]{1,64}")
"""A fullUrl that is the address of a resource, and the base of the server that it is on."""


def sites(engine: Engine, names: Mapping[str, str], steps: Sequence[Step]) -> list[Sites]:
    """For each step, where its resource refers to an entry or by a condition."""
    return [
        engine.rewriter.sites(
            step.entry.request.body or NOTHING, _or_conditional(seen_from(names, step.entry.full_url)[0])
        )
        for step in steps
    ]


def _or_conditional(wanted: Wanted) -> Wanted:
    return lambda text: "?" in text or wanted(text)


def rename(names: Mapping[str, str], full_url: str, conditional: Mapping[str, str]) -> Rename:
    """What a text of the entry with this fullUrl becomes, by the names and by what conditional references found."""
    _, renamed = seen_from(names, full_url)
    return lambda text: conditional.get(text) or renamed(text)


NOTHING: Resource = {"resourceType": "Basic"}
