"""From a Condition to a MongoDB filter: as what drives a search by an index, or as a test of what that gives.

A range on an array is always one `$elemMatch`: without it, two elements of the array may keep the two bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from server.search.condition import (
    All,
    Any,
    Chain,
    Condition,
    Itself,
    Link,
    Not,
    Prefix,
    Reverse,
    Span,
    Substring,
    Term,
    Valued,
)
from server.storage import spans
from server.storage.mongo import keys
from server.storage.mongo.schema import SPANS, TERMS, Document, Index

Filter: TypeAlias = Document

CHUNK = 200
"""How many values one `$in` has: as many as MongoDB merges in the order of an index."""
NOTHING: Filter = {"_id": {"$in": []}}
_TEXT = "$$text"


@dataclass(frozen=True, slots=True)
class Driver:
    """Filters that an index answers, and that index, None where it takes several.

    What any of the filters finds is a candidate; unless `exact`, it must still be tested.
    """

    filters: tuple[Filter, ...]
    index: Index | None
    exact: bool = True


EVERYTHING = Driver(({"t": keys.LIVE},), TERMS)
"""All live resources: for conditions that no other index answers."""


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold."""
    if isinstance(condition, All):
        return tuple(inner for part in condition.parts for inner in parts(part))
    return (condition,)


def driver(condition: Condition) -> Driver | None:
    """What finds the resources that match by an index; None when no index does."""
    match condition:
        case Term(key):
            return Driver(({"t": keys.term(key)},), TERMS)
        case Span():
            return Driver((_span(condition),), SPANS)
        case Prefix(name, text):
            return Driver((_beginning(keys.beginning(name, text)),), TERMS, len(text) <= keys.LONG)
        case Substring(name, _):
            return Driver((_beginning(keys.beginning(name, "")),), TERMS, exact=False)
        case Any(choices):
            return _any(choices)
        case All(members):
            first = next((found for one in members if (found := driver(one)) is not None), None)
            return replace(first, exact=False) if first else None
        case Itself(reference):
            return Driver(({"_id": reference, "t": keys.LIVE},), None)
        case Not() | Valued() | Chain() | Reverse():
            return None


def _any(choices: tuple[Condition, ...]) -> Driver | None:
    terms = [keys.term(one.key) for one in choices if isinstance(one, Term)]
    if choices and len(terms) == len(choices):
        return Driver(tuple(_one_of("t", terms)), TERMS)
    named = [one.reference for one in choices if isinstance(one, Itself)]
    if choices and len(named) == len(choices):
        return Driver(tuple({"t": keys.LIVE, **one} for one in _one_of("_id", named)), None)
    drivers = [found for one in choices if (found := driver(one)) is not None]
    if not choices or len(drivers) < len(choices):
        return None
    exact = all(one.exact for one in drivers)
    return Driver((_or(inner for one in drivers for inner in one.filters),), None, exact)


def _one_of(name: str, values: list[str]) -> Iterator[Filter]:
    for start in range(0, len(values), CHUNK):
        yield {name: {"$in": values[start : start + CHUNK]}}


Linked: TypeAlias = Callable[[Link], Filter]
"""The filter of a link, behind what joins the resources that it leads to."""


def test(condition: Condition, linked: Linked) -> Filter:
    """Whether a live resource matches, without an index on `t`: the driver has that."""
    match condition:
        case Term(key):
            return {"$expr": {"$in": [{"$literal": keys.term(key)}, "$t"]}}
        case Span():
            return _span(condition)
        case Prefix(name, text):
            return _some_text(_begins(keys.whole(name, text)))
        case Substring(name, text):
            beginning = keys.whole(name, "")
            after = {"$indexOfBytes": [_TEXT, {"$literal": text}, len(beginning.encode())]}
            return _some_text({"$and": [_begins(beginning), {"$gte": [after, 0]}]})
        case Valued(name):
            return {"p": name}
        case Itself(reference):
            return {"_id": reference}
        case Chain() | Reverse():
            return linked(condition)
        case All(members):
            return {"$and": [test(one, linked) for one in members]} if members else {}
        case Any(choices):
            return _or(test(one, linked) for one in choices)
        case Not(part):
            return {"$nor": [test(part, linked)]}


def _some_text(is_so: Document) -> Filter:
    texts = {"$concatArrays": ["$t", "$x"]}
    return {"$expr": {"$anyElementTrue": [{"$map": {"input": texts, "as": _TEXT[2:], "in": is_so}}]}}


def _begins(beginning: str) -> Document:
    return {"$eq": [{"$indexOfBytes": [_TEXT, {"$literal": beginning}]}, 0]}


def _beginning(text: str) -> Filter:
    return {"t": {"$elemMatch": {"$gte": text, "$lt": keys.successor(text)}}}


def _span(span: Span) -> Filter:
    return _or({"r": {"$elemMatch": _bounds(span, window)}} for window in spans.windows(span))


def _bounds(span: Span, window: spans.Window) -> Document:
    """The bounds of a span in one class; each is the nearest that MongoDB can keep and leaves the same spans."""
    low = {"$gte": window.low_from, "$lt": window.low_before, "$lte": window.low_to}
    high = {"$gt": span.high_after, "$lte": span.high_to}
    stated = {
        "lo": {name: keys.up(value) for name, value in low.items() if value is not None},
        "hi": {name: keys.down(value) for name, value in high.items() if value is not None},
    }
    return {
        "k": keys.span_key(span.parameter, window.class_),
        **{name: bounds for name, bounds in stated.items() if bounds},
    }


def _or(choices: Iterable[Filter]) -> Filter:
    listed = list(choices)
    return {"$or": listed} if listed else NOTHING
