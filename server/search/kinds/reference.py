"""References: to resources of this server by type and id, to others by their address.

A reference to a version is one to its resource. Addresses below the server's own base are stored as they were sent;
`Type/id` finds them only when they were sent so.
Source: http://hl7.org/fhir/R4/search.html#reference
"""

from __future__ import annotations

import re
from dataclasses import replace

from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.search.condition import Any, Condition, Term
from server.search.entries import Collector
from server.search.kinds import identifier
from server.search.kinds.kind import Asked, Kind, extended
from server.search.values import unescape

_id = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def target(text: str) -> str:
    """The reference without the version it may name."""
    return text.partition("/_history/")[0]


def _reference(name: str, value: Json, into: Collector) -> None:
    text = value.get("reference")
    if text is not None and not text.startswith("#"):
        to = target(text)
        into.terms.add(f"{name}={to}")
        if to.count("/") == 1 and ":" not in to:
            into.links.add((name, to))
    if "identifier" in value:
        identifier.index(f"{name}:identifier", value["identifier"], into)


def _canonical(name: str, value: Json, into: Collector) -> None:
    into.terms.add(f"{name}={value}")
    into.terms.add(f"{name}={value.partition('|')[0]}")


def matches(asked: Asked) -> Condition:
    """`[type]/[id]`, an address, or `[id]` of any type that the parameter may point to."""
    text = target(unescape(asked.text))
    if not text:
        raise Invalid("a reference is expected", expression=asked.parameter.code)
    if "/" in text or ":" in text:
        return Term(f"{asked.name}={text}")
    if _id.fullmatch(text) is None:
        raise Invalid("a reference is Type/id, an id or an address", expression=asked.parameter.code)
    terms = tuple(Term(f"{asked.name}={type_}/{text}") for type_ in asked.targets)
    return terms[0] if len(terms) == 1 else Any(terms)


def typed(asked: Asked) -> Condition:
    """`[id]` of the one type that the modifier names; `[type]/[id]` is understood too."""
    (type_,) = asked.targets
    id_ = unescape(asked.text).removeprefix(f"{type_}/")
    if _id.fullmatch(id_) is None:
        raise Invalid(f"the id of a {type_} is expected", expression=asked.parameter.code)
    return Term(f"{asked.name}={type_}/{id_}")


def identified(asked: Asked) -> Condition:
    """The identifier that a reference states, as a token."""
    return identifier.matches(replace(asked, name=f"{asked.name}:identifier"))


REFERENCE = Kind(
    index=extended({"Reference": _reference, **dict.fromkeys(("canonical", "uri", "url"), _canonical)}),
    match={"": matches, "identifier": identified},
    typed=typed,
)
"""The reference type."""
