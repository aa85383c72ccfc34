"""Safety: whatever the text and the resource, an expression ends, by a result or by an error of its own."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_tests.fhirpath.test_cases import CASES, NOW, PATIENT
from profiles import load
from server.fhirpath.environment import Environment
from server.fhirpath.errors import Exhausted, FhirPathError, Unparsable
from server.fhirpath.expression import Compiler, evaluate
from server.fhirpath.parser import parse

_WORDS = (
    "name given family . ( ) [ ] { } ' ` , + - * / & | = != ~ !~ < <= > >= and or xor implies in contains is as div "
    "mod where exists first select repeat iif $this $index $total % ucum 1 2.5 'x' @2026 @T10 true Patient HumanName "
    "count() ofType resolve() not() substring(1) matches('a') days 'mg' union sort"
)
PIECES = _WORDS.split()
COMPILER = Compiler(load.definitions())


@settings(max_examples=400)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with suppress(FhirPathError):
        COMPILER.compile(text, "Patient").values(PATIENT, Environment(steps=10_000))


@settings(max_examples=200)
@given(
    st.sampled_from(CASES).map(lambda case: case.values[0]["of"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(("name", "given", "id", "extension", "birthDate", "contact", "url")), inner
            )
        ),
        max_leaves=8,
    ),
)
def test_a_resource_that_is_none_harms_nothing(text: str, value: object) -> None:
    resource = {"resourceType": "Patient", "name": value, "birthDate": value, "contact": value, "extension": value}
    with suppress(FhirPathError):
        evaluate(text, resource, load.definitions(), NOW)


@pytest.mark.parametrize("depth", [200, 5_000])
@pytest.mark.parametrize("piece", ["(", "-", "name.where(", "{", "iif(true, "])
def test_deep_nesting_is_refused(depth: int, piece: str) -> None:
    with pytest.raises(Unparsable):
        parse(piece * depth + "1" + ")" * depth)


def test_a_long_chain_is_compiled() -> None:
    assert evaluate(" + ".join(["1"] * 300), PATIENT, load.definitions()) == [300]


def test_a_text_beyond_the_limit_is_refused() -> None:
    with pytest.raises(Unparsable):
        parse("1" + " " * 200_000)


@pytest.mark.parametrize(
    "text",
    [
        "name.given.select(" * 14 + "%resource.descendants()" + ")" * 14,
        "(1).repeat($this + 1)",
        "(1).select(%resource.descendants().combine(%resource.descendants())).select(%resource.descendants())",
        "'aaaaaaaaaa'.replace('', 'aaaaaaaaaa').replace('', 'aaaaaaaaaa').replace('', 'aaaaaaaaaaaaaaaaaaaaa')"
        ".replace('', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa').replace('', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
        "(1).power(2).exp().power(1000000).power(1000000).power(1000000)",
    ],
)
def test_an_expression_that_would_take_forever_is_given_up(text: str) -> None:
    with suppress(FhirPathError):
        evaluate(text, PATIENT, load.definitions(), Environment(steps=20_000))


def test_the_steps_of_an_evaluation_are_limited() -> None:
    with pytest.raises(Exhausted):
        evaluate("(1).repeat($this + 1)", PATIENT, load.definitions(), Environment(steps=1_000))


def test_evaluating_changes_nothing() -> None:
    before = deepcopy(PATIENT)
    for case in CASES:
        try:
            evaluate(case.values[0]["of"], PATIENT, load.definitions(), NOW)
        except FhirPathError:
            continue
    assert before == PATIENT


def test_the_place_of_a_fault_is_told() -> None:
    with pytest.raises(Unparsable) as raised:
        parse("name.given +")
    assert (raised.value.position, "character 13" in str(raised.value)) == (12, True)
