"""Spans by class of width, so that a window is found without looking at all that began before it.

A span of class c is no wider than its width: one that ends after X begins after X less that width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal

from server.fhir.temporal import DAY
from server.search.condition import Span
from server.search.entries import Number

_exact = Context(prec=200)

_TIMES: tuple[tuple[int, int], ...] = ((0, DAY + DAY // 24), (1, 32 * DAY), (2, 366 * DAY))
_DECIMALS: tuple[tuple[int, Decimal], ...] = ((4, Decimal("0.01")), (5, Decimal(1)), (6, Decimal(1000)))
_POINT = _DECIMALS[0][0]
"""The class of a number; a moment is a span of its own width."""
_WIDEST_TIME, _WIDEST_DECIMAL = 3, 7


@dataclass(frozen=True, slots=True)
class Window:
    """Where spans of one class begin that may match: `low_from` <= low < `low_before` and low <= `low_to`; None is no
    bound.
    """

    class_: int
    low_from: Number | None
    low_before: Number | None
    low_to: Number | None


def class_of(low: Number, high: Number) -> int:
    """The class of a span."""
    if low is high:
        return _POINT
    if isinstance(low, int) and isinstance(high, int):
        return next((class_ for class_, width in _TIMES if high - low <= width), _WIDEST_TIME)
    width = _exact.subtract(Decimal(high), Decimal(low))
    return next((class_ for class_, most in _DECIMALS if width <= most), _WIDEST_DECIMAL)


def windows(span: Span) -> Iterator[Window]:
    """The window of each class that has spans to be looked at."""
    stated = [one for one in (span.low_from, span.low_before, span.high_after, span.high_to) if one is not None]
    times = all(isinstance(one, int) for one in stated)
    widths = (*_TIMES, (_WIDEST_TIME, None)) if times else (*_DECIMALS, (_WIDEST_DECIMAL, None))
    for class_, width in widths:
        yield Window(class_, _low_from(span, width), span.low_before, span.high_to)


def _low_from(span: Span, width: Number | None) -> Number | None:
    if span.high_after is None or width is None:
        return span.low_from
    reached = _less(span.high_after, width)
    return reached if span.low_from is None else max(reached, span.low_from)


def _less(value: Number, width: Number) -> Number:
    if isinstance(value, int) and isinstance(width, int):
        return value - width
    return _exact.subtract(Decimal(value), Decimal(width))
