"""Composites: values that belong to one and the same element, joined by `$`.

What the first part may be asked for becomes a part of the name that the second is indexed under. A third part is the
end of a range that the second begins; both are whole numbers.
Source: http://hl7.org/fhir/R4/search.html#composite
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeAlias

from server.fhir.errors import Invalid
from server.search.condition import All, Any, Condition, Span, Term
from server.search.kinds import comparison
from server.search.kinds.comparison import Given
from server.search.kinds.kind import Asked, Kind
from server.search.values import split

_Bounds: TypeAlias = tuple[Decimal | None, Decimal | None]
"""Whole numbers from the first on, below the second."""


def named(name: str, form: str) -> str:
    """The name that the second part is indexed under beside one form of the first."""
    return f"{name}${form}"


def matches(asked: Asked) -> Condition:
    """As many values as there are parts."""
    texts = split(asked.text, "$")
    if len(texts) != len(asked.parts):
        raise Invalid(f"{len(asked.parts)} values joined by $ are expected", expression=asked.parameter.code)
    if asked.apart:
        type_ = asked.name.partition(".")[0]
        return All(
            tuple(
                _part(asked, place, f"{type_}.{asked.parts[place][0].code}", text) for place, text in enumerate(texts)
            )
        )
    first = _part(asked, 0, "", texts[0])
    if not isinstance(first, Term):
        raise Invalid("the first value of a composite is one code", expression=asked.parameter.code)
    name = named(asked.name, first.key[1:])
    if len(texts) == 2:
        return _part(asked, 1, name, texts[1])
    return _within(name, *(comparison.read(text, asked.parameter.code) for text in texts[1:]))


def _part(asked: Asked, place: int, name: str, text: str) -> Condition:
    parameter, kind = asked.parts[place]
    return kind.match[""](
        replace(asked, name=name, parameter=parameter, text=text, parts=(), targets=parameter.targets)
    )


def _within(name: str, start: Given, end: Given) -> Condition:
    found = tuple(_span(name, low, high) for low in _bounds(start) for high in _bounds(end))
    return found[0] if len(found) == 1 else Any(found)


def _span(name: str, start: _Bounds, end: _Bounds) -> Span:
    after, to = (None if one is None else one - 1 for one in end)
    return Span(name, low_from=start[0], low_before=start[1], high_after=after, high_to=to)


def _bounds(given: Given) -> Sequence[_Bounds]:
    """The whole numbers that a comparison allows."""
    first, after = _up(given.value), _down(given.value) + 1
    low, high = _up(given.low), _up(given.high)
    slack = abs(given.value) / 10
    allowed: Mapping[str, list[_Bounds]] = {
        "": [(low, high)],
        "eq": [(low, high)],
        "ne": [(None, low), (high, None)],
        "gt": [(after, None)],
        "sa": [(after, None)],
        "lt": [(None, first)],
        "eb": [(None, first)],
        "ge": [(first, None)],
        "le": [(None, after)],
        "ap": [(_up(given.low - slack), _up(given.high + slack))],
    }
    return allowed[given.prefix]


def _up(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_CEILING)


def _down(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_FLOOR)


COMPOSITE = Kind(index={}, match={"": matches})
"""The composite type."""
