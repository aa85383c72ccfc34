"""http://hl7.org/fhir/R4/datatypes.html#primitive: the grammar of each primitive type."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.fhir import strategies
from server.fhir import primitives
from server.fhir.resource import Json

XHTML = "xmlns='http://www.w3.org/1999/xhtml'"
EMPTY = (f"<div {XHTML}/>", f"<div {XHTML}> \n</div>", "<div><p><br/>&#32;</p></div>", "<div><!-- a --></div>")
CASES: dict[str, tuple[list[Json], list[Json]]] = {
    "base64Binary": (
        ["AAAA", "AA==", "AAA=", "AA AA\n", "+/+/"],
        ["", " ", "A", "AAA", "A===", "AA=A", "AA-_", "é===", 1],
    ),
    "boolean": ([True, False], ["true", 1, 0, None]),
    "canonical": (["http://example.org/x|1", "#a"], ["", "a b", "a\n", 1]),
    "code": (["a", "a b", "é", "<=", "a-b"], ["", " ", " a", "a ", "a  b", "a\tb", "a\n", 1, None]),
    "date": (
        ["2024", "2024-02", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
        [
            "",
            "0000",
            "24",
            "2023-02-29",
            "1900-02-29",
            "2024-02-30",
            "2024-04-31",
            "2024-13",
            "2024-00",
            "2024-1-1",
            "2024-01-00",
            "2024-01-32",
            "2024-01-01T00:00:00Z",
            "2024-01-01\n",
            "٢٠٢٤",
            2024,
        ],
    ),
    "dateTime": (
        ["2024", "2024-02", "2024-02-29", "2024-02-29T23:59:60Z", "2024-01-01T00:00:00.123456789-14:00"],
        [
            "2023-02-29T00:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00:61Z",
            "2024-01-01T00:00:00+14:01",
            "2024-01-01T00:00:00+15:00",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:60:00Z",
            "2024-02T00:00:00Z",
            1,
        ],
    ),
    "decimal": (
        [0, -1, 10**30, Decimal("72.50"), Decimal("1E+3")],
        ["1", 1.5, True, Decimal("NaN"), Decimal("Infinity")],
    ),
    "id": (["a", "A-1.b", "a" * 64], ["", "a" * 65, "a_b", "a b", "é", "a\n", 1]),
    "instant": (
        ["2024-02-29T00:00:00Z", "2024-12-31T23:59:60.5+13:59"],
        ["2024", "2024-02-29", "2023-02-29T00:00:00Z", "2024-02-29T00:00:00", 1],
    ),
    "integer": ([0, -(2**31), 2**31 - 1], [2**31, -(2**31) - 1, True, "1", Decimal("1.0"), 1.0]),
    "markdown": (["# a\n\tb\r\n"], ["", "a\x0b", 1]),
    "oid": (
        ["urn:oid:1.2.3", "urn:oid:2.0.40"],
        ["urn:oid:3.1", "urn:oid:1", "1.2.3", "urn:oid:1.02", "urn:oid:1.2.", 1],
    ),
    "positiveInt": ([1, 2**31 - 1], [0, -1, 2**31, "1", True]),
    "string": (["a", " ", "a\nb", "é\u00a0", "a" * 1024 * 1024], ["", "a" * (1024 * 1024 + 1), "a\x0c", 1, None, []]),
    "time": (["00:00:00", "23:59:60.999"], ["24:00:00", "1:00:00", "10:00", "10:00:00Z", "10:60:00", 1]),
    "unsignedInt": ([0, 2**31 - 1], [-1, 2**31, "0", False]),
    "uri": (["urn:x", "a/b", "é", "http://example.org/?a=%20", "a\u200bb"], ["", "a b", "a\t", " a", 1]),
    "url": (["https://example.org"], ["", "https://example.org/a b", 1]),
    "uuid": (
        ["urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"],
        ["urn:uuid:0C3151BD-1CBF-4D64-B04D-CD9187A4C6E0", "0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", "urn:uuid:1", 1],
    ),
    "xhtml": (
        ["<div>a</div>", f"\n<div {XHTML}><b>a</b>&nbsp;</div>", "<div><img src='#a'/></div>"],
        [
            "",
            "a",
            "<p>a</p>",
            "<divan/>",
            1,
            "<div xmlns='x'/>",
            "<div><b></div>",
            "<div>&x;</div>",
            "<div>\0</div>",
            *EMPTY,
        ],
    ),
}


def pairs(valid: bool) -> list[tuple[str, Json]]:
    return [(name, value) for name, sides in CASES.items() for value in sides[0 if valid else 1]]


def accepts(name: str, value: Json) -> bool:
    return primitives.GRAMMARS[name].accepts(value)


def on_the_calendar(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def test_every_primitive_type_has_cases() -> None:
    assert set(CASES) == set(primitives.GRAMMARS) == set(strategies.PRIMITIVES)


@pytest.mark.parametrize(("name", "value"), pairs(True), ids=lambda value: repr(value)[:30])
def test_a_value_of_the_grammar_is_accepted(name: str, value: Json) -> None:
    assert accepts(name, value)


@pytest.mark.parametrize(("name", "value"), pairs(False), ids=lambda value: repr(value)[:30])
def test_a_value_outside_the_grammar_is_refused(name: str, value: Json) -> None:
    assert not accepts(name, value)


@pytest.mark.parametrize("name", CASES)
def test_a_rule_is_told_in_words(name: str) -> None:
    grammar = primitives.GRAMMARS[name]
    assert grammar.rule
    assert grammar.json in ("a string", "a number", "a boolean")


@pytest.mark.parametrize("value", [(), 1.5, object()])
def test_a_python_value_that_json_cannot_give_is_called_so(value: Json) -> None:
    assert primitives.json_type(value) == "a value that is not JSON"


@given(st.data())
def test_whatever_the_grammar_generates_is_accepted(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(strategies.PRIMITIVES)))
    assert accepts(name, data.draw(strategies.PRIMITIVES[name]))


@given(st.integers(1, 9999), st.integers(0, 19), st.integers(0, 39))
def test_a_day_is_accepted_when_the_calendar_has_it(year: int, month: int, day: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}"
    assert accepts("date", text) == on_the_calendar(text)
    assert accepts("dateTime", f"{text}T10:00:00Z") == on_the_calendar(text)
    assert accepts("instant", f"{text}T10:00:00Z") == on_the_calendar(text)


@given(st.integers(0, 29), st.integers(0, 69), st.integers(0, 69))
def test_a_time_is_accepted_when_a_clock_shows_it(hour: int, minute: int, second: int) -> None:
    assert accepts("time", f"{hour:02}:{minute:02}:{second:02}") == (hour < 24 and minute < 60 and second <= 60)


@given(st.sampled_from(sorted(CASES)), st.recursive(st.none() | st.booleans() | st.text(), st.lists) | st.just({}))
def test_any_json_value_gets_an_answer(name: str, value: Json) -> None:
    assert accepts(name, value) in (True, False)
