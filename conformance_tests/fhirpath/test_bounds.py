"""What is long, wide, deep or bare: refused by an error of its own, or right all the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance_tests.fhirpath.test_cases import PATIENT
from profiles import load
from server.fhir import codec
from server.fhir.resource import Json
from server.fhirpath.environment import Environment
from server.fhirpath.errors import Exhausted, FhirPathError, Unevaluable, Unparsable
from server.fhirpath.expression import Compiler

COMPILER = Compiler(load.definitions())
LONG = {"resourceType": "Patient", "name": [{"family": "x" * 600_000}]}
NUMBERS = " | ".join(str(number) for number in range(40))


def _values(text: str, resource: Json = PATIENT, steps: int = 10**9) -> list[Json]:
    return COMPILER.compile(text, "Patient").values(resource, Environment(steps=steps))


@pytest.mark.parametrize(
    "text",
    [
        "name.family + name.family",
        "(name.family | 'y' | 'z').join(name.family)",
        "name.family.replace('x', 'yy')",
        f"name.family.replaceMatches('x', '{'y' * 20}')",
        f"'a'.matches('{'b' * 1001}')",
    ],
)
def test_a_string_or_pattern_that_is_too_long_is_refused(text: str) -> None:
    with pytest.raises(Unevaluable):
        _values(text, LONG)


def test_a_substitution_that_names_no_group_is_refused() -> None:
    with pytest.raises(Unevaluable):
        _values("'abc'.replaceMatches('b', '$2')")


def test_an_empty_pattern_replaces_nothing() -> None:
    assert _values("'abc'.replaceMatches('', 'x')") == ["abc"]


@pytest.mark.parametrize("text", [f"({NUMBERS}) = ({NUMBERS})", f"39 in ({NUMBERS})"])
def test_wide_collections_are_compared_and_cost_what_they_are_wide(text: str) -> None:
    assert _values(text) == [True]
    with pytest.raises(Exhausted):
        _values(text, steps=100)


def test_an_expression_that_nests_too_deeply_is_refused() -> None:
    with pytest.raises((Unparsable, Unevaluable)):
        _values("(" * 5000 + "1" + ")" * 5000)


def test_a_resource_that_nests_too_deeply_is_refused() -> None:
    inner: Json = {"url": "urn:x"}
    for _ in range(5000):
        inner = {"url": "urn:x", "extension": [inner]}
    with pytest.raises(FhirPathError):
        _values(
            "descendants().count() > 0 and (extension = extension)", {"resourceType": "Patient", "extension": [inner]}
        )


def test_elements_without_a_value_are_the_same_when_their_extensions_are() -> None:
    bare = [{"extension": [{"url": "urn:x", "valueCode": code}]} for code in ("a", "a", "b")]
    patient = {"resourceType": "Patient", "name": [{"given": [None, None, None], "_given": bare}]}
    assert _values("name.given.distinct().count()", patient) == [2]


@pytest.mark.parametrize(("other", "expected"), [("1E+9999", True), ("2E+9999", False)])
def test_numbers_too_large_to_round_are_equivalent_when_equal(other: str, expected: bool) -> None:
    numbers = [{"url": "urn:x", "valueDecimal": Decimal(one)} for one in ("1E+9999", other)]
    patient = {"resourceType": "Patient", "extension": numbers}
    assert _values("extension[0].value ~ extension[1].value", patient) == [expected]


@pytest.mark.parametrize(("written", "more"), [("1E2", "101"), ("0.00000010", "1.00000010")])
def test_a_decimal_in_any_form_is_computed_with(written: str, more: str) -> None:
    text = f'{{"resourceType":"Patient","extension":[{{"url":"urn:x","valueDecimal":{written}}}]}}'
    assert _values("extension.value + 1", codec.decode_resource(text.encode())) == [Decimal(more)]
