"""The meaning of a Condition in plain Python: the oracle that both stores are tested against."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from server.search.condition import (
    All,
    Any,
    Chain,
    Condition,
    Itself,
    Not,
    Prefix,
    Reverse,
    Span,
    Substring,
    Term,
    Valued,
)
from server.search.entries import Entries, Number

World: TypeAlias = Mapping[str, Entries]
"""All live resources, by what refers to them (`Patient/17`)."""
_ALONE: World = MappingProxyType({})


def holds(condition: Condition, entries: Entries, reference: str = "", world: World = _ALONE) -> bool:
    """Whether a live resource with these entries, which `reference` names, matches in a world."""
    match condition:
        case Term(key):
            return key in entries.terms
        case Span(parameter):
            return any(name == parameter and _within(condition, low, high) for name, low, high in entries.spans)
        case Prefix(parameter, text):
            return any(name == parameter and value.startswith(text) for name, value in entries.texts)
        case Substring(parameter, text):
            return any(name == parameter and text in value for name, value in entries.texts)
        case Valued(parameter):
            return parameter in entries.valued
        case Itself(name):
            return name == reference
        case Chain(parameter, part):
            targets = [to for name, to in entries.links if name == parameter and to in world]
            return any(holds(part, world[to], to, world) for to in targets)
        case Reverse(parameter, part):
            sources = [(one, other) for one, other in world.items() if (parameter, reference) in other.links]
            return any(holds(part, other, one, world) for one, other in sources)
        case All(parts):
            return all(holds(part, entries, reference, world) for part in parts)
        case Any(parts):
            return any(holds(part, entries, reference, world) for part in parts)
        case Not(part):
            return not holds(part, entries, reference, world)


def _within(span: Span, low: Number, high: Number) -> bool:
    return (
        (span.low_from is None or span.low_from <= low)
        and (span.low_before is None or low < span.low_before)
        and (span.high_after is None or span.high_after < high)
        and (span.high_to is None or high <= span.high_to)
    )
