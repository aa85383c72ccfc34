"""http://hl7.org/fhir/R4/terminologies.html#required: what R4 core leaves to profiles."""

from __future__ import annotations

import pytest

from server.fhir.resource import Json
from server.validation import bindings
from server.validation.finding import Context

SYSTEM = "http://example.org/units"
CHECK = bindings.BOUND["Quantity"]("http://example.org/vs", {SYSTEM: frozenset({"d", "h"})})


def codes(value: Json) -> list[tuple[str, str]]:
    return [(one.code, one.expression) for one in CHECK(value, Context({})) or []]


@pytest.mark.parametrize("value", [{"system": SYSTEM, "code": "d"}, {"value": 1}, "no object"])
def test_a_quantity_with_a_code_of_the_value_set_or_none_is_valid(value: Json) -> None:
    assert codes(value) == []


@pytest.mark.parametrize(
    "value", [{"system": SYSTEM, "code": "x"}, {"code": "d"}, {"system": "a", "code": "d"}, {"code": []}]
)
def test_a_quantity_with_another_code_is_refused(value: Json) -> None:
    assert codes(value) == [("code-invalid", "code")]
