"""The meaning of a Condition in plain Python: the oracle that both stores are tested against."""

from __future__ import annotations

from server.search.condition import All, Any, Condition, Not, Prefix, Span, Substring, Term
from server.search.entries import Entries, Number


def holds(condition: Condition, entries: Entries) -> bool:
    """Whether a live resource with these entries matches."""
    match condition:
        case Term(key):
            return key in entries.terms
        case Span():
            return any(
                name == condition.parameter and _within(condition, low, high) for name, low, high in entries.spans
            )
        case Prefix(parameter, text):
            return any(name == parameter and value.startswith(text) for name, value in entries.texts)
        case Substring(parameter, text):
            return any(name == parameter and text in value for name, value in entries.texts)
        case All(parts):
            return all(holds(part, entries) for part in parts)
        case Any(parts):
            return any(holds(part, entries) for part in parts)
        case Not(part):
            return not holds(part, entries)


def _within(span: Span, low: Number, high: Number) -> bool:
    return (
        (span.low_from is None or span.low_from <= low)
        and (span.low_before is None or low < span.low_before)
        and (span.high_after is None or span.high_after < high)
        and (span.high_to is None or high <= span.high_to)
    )
