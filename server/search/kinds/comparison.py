"""Numbers as a query gives them, and how each prefix compares a resource's with it.

A value of a resource is a point, low and high alike, or a range with both of its ends.
Sources: http://hl7.org/fhir/R4/search.html#number, http://hl7.org/fhir/R4/search.html#prefix
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias

from server.fhir.errors import Invalid
from server.search.condition import Any, Condition, Span

_number = re.compile(r"([a-z]{2})?([+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?)", re.ASCII)
_exact = Context(prec=200)
_TENTH = Decimal("0.1")
END = Decimal("1E+1000")
"""Beyond all numbers that a resource has: the end of what has none."""

Scale: TypeAlias = Callable[[Decimal], Decimal]
"""From the unit of the query to that of the index; it keeps the order of numbers."""


@dataclass(frozen=True, slots=True)
class Given:
    """A number with its prefix, empty for none: exactly it is `value`, as precise as it is written `low` to `high`."""

    prefix: str
    value: Decimal
    low: Decimal
    high: Decimal

    def scaled(self, scale: Scale) -> Given:
        """The same in another unit."""
        return Given(self.prefix, scale(self.value), scale(self.low), scale(self.high))

    def compare(self, name: str) -> Condition:
        """What a span of that name is compared to."""
        return PREFIXES[self.prefix](name, self)


def read(text: str, code: str) -> Given:
    """The number that a parameter of this code is compared with; raises Invalid."""
    found = _number.fullmatch(text)
    if found is None:
        raise Invalid("a number is expected, such as 5.4, ge5 or lt5e-3", expression=code)
    prefix = found.group(1) or ""
    if prefix not in PREFIXES:
        raise Invalid(f"the prefix {prefix} is not known", expression=code)
    value = Decimal(found.group(2))
    half = _half(found.group(2))
    return Given(prefix, value, _exact.subtract(value, half), _exact.add(value, half))


def _half(text: str) -> Decimal:
    """Half of what the last digit counts; with an exponent one digit counts as two, so that 1e2 is 95 to 105."""
    _, digits, exponent = Decimal(text).as_tuple()
    lone = "e" in text.lower() and len(digits) == 1
    return Decimal((0, (5,), int(exponent) - (2 if lone else 1)))


def _equal(name: str, given: Given) -> Condition:
    return Span(name, low_from=given.low, low_before=given.high, high_to=given.high)


def _not_equal(name: str, given: Given) -> Condition:
    outside = (Span(name, low_before=given.low), Span(name, low_from=given.high), Span(name, high_after=given.high))
    return Any(outside)


def _greater(name: str, given: Given) -> Condition:
    return Span(name, high_after=given.value)


def _less(name: str, given: Given) -> Condition:
    return Span(name, low_before=given.value)


def _exactly(name: str, given: Given) -> Condition:
    return Span(name, low_from=given.value, high_to=given.value)


def _at_least(name: str, given: Given) -> Condition:
    return Any((_greater(name, given), _exactly(name, given)))


def _at_most(name: str, given: Given) -> Condition:
    return Any((_less(name, given), _exactly(name, given)))


def _starts_after(name: str, given: Given) -> Condition:
    return Span(name, low_from=given.value, high_after=given.value)


def _ends_before(name: str, given: Given) -> Condition:
    return Span(name, low_before=given.value, high_to=given.value)


def _approximately(name: str, given: Given) -> Condition:
    """As near as a tenth of the number, or as its last digit."""
    slack = _exact.multiply(abs(given.value), _TENTH)
    return Span(name, low_before=_exact.add(given.high, slack), high_after=_exact.subtract(given.low, slack))


PREFIXES: Mapping[str, Callable[[str, Given], Condition]] = {
    "": _equal,
    "eq": _equal,
    "ne": _not_equal,
    "gt": _greater,
    "lt": _less,
    "ge": _at_least,
    "le": _at_most,
    "sa": _starts_after,
    "eb": _ends_before,
    "ap": _approximately,
}
"""What each prefix asks for."""
