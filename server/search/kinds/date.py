"""Dates: moments and periods, each a span of time, compared by prefixes.

Source: http://hl7.org/fhir/R4/search.html#date
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from server.fhir import temporal
from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.search.condition import Any, Condition, Span
from server.search.entries import Collector
from server.search.kinds.kind import Asked, Kind, extended
from server.search.values import unescape

_prefixed = re.compile(r"([a-z]{2})?(\d.*)", re.DOTALL)
_APPROXIMATION = 10
"""`ap` widens by a tenth of the distance between the value and now."""


def _moment(name: str, value: Json, into: Collector) -> None:
    into.spans.add((name, *temporal.interval(value)))


def _period(name: str, value: Json, into: Collector) -> None:
    start, end = value.get("start"), value.get("end")
    if start is None and end is None:
        return
    low = temporal.BEGIN if start is None else temporal.interval(start)[0]
    high = temporal.END if end is None else temporal.interval(end)[1]
    if low < high:
        into.spans.add((name, low, high))


def _timing(name: str, value: Json, into: Collector) -> None:
    """From the first to the last of what is scheduled: only its outer limits matter."""
    outer = Collector()
    for event in value.get("event", ()):
        if event is not None:
            _moment(name, event, outer)
    _period(name, value.get("repeat", {}).get("boundsPeriod", {}), outer)
    if outer.spans:
        into.spans.add((name, min(low for _, low, _ in outer.spans), max(high for _, _, high in outer.spans)))


Compare = Callable[[str, int, int], Condition]


def _equal(name: str, low: int, high: int) -> Condition:
    return Span(name, low_from=low, high_to=high)


def _not_equal(name: str, low: int, high: int) -> Condition:
    return Any((Span(name, low_before=low), Span(name, high_after=high)))


def _greater(name: str, low: int, high: int) -> Condition:
    return Span(name, high_after=high)


def _less(name: str, low: int, high: int) -> Condition:
    return Span(name, low_before=low)


def _at_least(name: str, low: int, high: int) -> Condition:
    return Any((_greater(name, low, high), _equal(name, low, high)))


def _at_most(name: str, low: int, high: int) -> Condition:
    return Any((_less(name, low, high), _equal(name, low, high)))


def _starts_after(name: str, low: int, high: int) -> Condition:
    return Span(name, low_from=high)


def _ends_before(name: str, low: int, high: int) -> Condition:
    return Span(name, high_to=low)


PREFIXES: Mapping[str, Compare] = {
    "": _equal,
    "eq": _equal,
    "ne": _not_equal,
    "gt": _greater,
    "lt": _less,
    "ge": _at_least,
    "le": _at_most,
    "sa": _starts_after,
    "eb": _ends_before,
}
"""How each prefix compares the span of a resource with that of the query; `ap` needs the clock besides."""


def matches(asked: Asked) -> Condition:
    """A prefix and a date of any precision."""
    found = _prefixed.fullmatch(unescape(asked.text))
    prefix, text = (found.group(1) or "", found.group(2)) if found else ("", "")
    try:
        low, high = temporal.interval(text)
    except ValueError as error:
        raise Invalid(f"a date is expected, such as ge2026-11-24: {error}", expression=asked.parameter.code) from error
    if prefix == "ap":
        slack = abs(temporal.of_moment(asked.now) - low) // _APPROXIMATION
        return Span(asked.name, low_before=high + slack, high_after=low - slack)
    if prefix not in PREFIXES:
        raise Invalid(f"the prefix {prefix} is not known", expression=asked.parameter.code)
    return PREFIXES[prefix](asked.name, low, high)


DATE = Kind(
    index=extended(
        {
            **dict.fromkeys(("date", "dateTime", "instant"), _moment),
            "Period": _period,
            "Timing": _timing,
        }
    ),
    match={"": matches},
)
"""The date type."""
