"""Numbers: decimals and integers, each a point.

Source: http://hl7.org/fhir/R4/search.html#number
"""

from __future__ import annotations

from decimal import Decimal

from server.fhir.resource import Json
from server.search.condition import Condition
from server.search.entries import Collector
from server.search.kinds import comparison
from server.search.kinds.kind import Asked, Kind, extended
from server.search.values import unescape


def _number(name: str, value: Json, into: Collector) -> None:
    exact = Decimal(value)
    into.spans.add((name, exact, exact))


def matches(asked: Asked) -> Condition:
    """A prefix and a number."""
    return comparison.read(unescape(asked.text), asked.parameter.code).compare(asked.name)


NUMBER = Kind(
    index=extended(dict.fromkeys(("decimal", "integer", "positiveInt", "unsignedInt"), _number)),
    match={"": matches},
)
"""The number type."""
