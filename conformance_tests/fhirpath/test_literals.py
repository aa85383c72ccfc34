"""Literals: what is written is what is read: http://hl7.org/fhirpath/N1/#literals."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from profiles import load
from server.fhir.resource import Json
from server.fhirpath.expression import Compiler
from server.fhirpath.parser import parse
from server.fhirpath.quantity import CALENDAR, Quantity
from server.fhirpath.tree import Literal, Member

COMPILER = Compiler(load.definitions())
ESCAPES = {"'": r"\'", "`": r"\`", "\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\f": r"\f"}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def _value(text: str) -> Json:
    (found,) = COMPILER.compile(text).values({})
    return found


def _escaped(text: str) -> str:
    return "".join(ESCAPES.get(one, one) for one in text)


@given(texts)
def test_a_string_is_read_as_it_was(text: str) -> None:
    assert _value(f"'{_escaped(text)}'") == text


@given(texts)
def test_a_string_of_escapes_is_read_as_it_was(text: str) -> None:
    units = text.encode("utf-16-be")
    written = "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    assert _value(f"'{written}'") == text


@given(texts)
def test_a_delimited_name_is_read_as_it_was(text: str) -> None:
    assert parse(f"`{_escaped(text)}`") == Member(None, text)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_whole_number_is_read_as_it_was(number: int) -> None:
    assert (_value(str(number)), _value(f"-{number}")) == (number, -number)


@given(st.decimals(min_value=0, max_value=10**20, places=8))
def test_a_decimal_keeps_its_digits(number: Decimal) -> None:
    assert _value(format(number, "f")).as_tuple() == number.as_tuple()


@given(st.dates())
def test_a_date_is_read_as_it_was(day: date) -> None:
    text = day.isoformat()
    assert [str(_value(f"@{text[:length]}")) for length in (4, 7, 10)] == [text[:4], text[:7], text]


@given(st.datetimes())
def test_a_moment_is_read_as_it_was(moment: datetime) -> None:
    text = moment.isoformat(timespec="milliseconds")
    for zone in ("", "Z", "+05:30", "-08:00"):
        for length in (13, 16, 19, 23):
            assert str(_value(f"@{text[:length]}{zone}")) == text[:length] + zone


@given(st.times())
def test_a_time_is_read_as_it_was(clock: time) -> None:
    text = clock.isoformat(timespec="milliseconds")
    assert [str(_value(f"@T{text[:length]}")) for length in (2, 5, 8, 12)] == [text[:2], text[:5], text[:8], text]


@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from(sorted(CALENDAR)))
def test_a_duration_is_read_as_it_was(number: Decimal, word: str) -> None:
    assert parse(f"{number:f} {word}") == Literal(Quantity(number, word, True), "System.Quantity")


@given(st.decimals(min_value=0, max_value=10**9, places=3), texts)
def test_a_quantity_is_read_as_it_was(number: Decimal, unit: str) -> None:
    assert parse(f"{number:f} '{_escaped(unit)}'") == Literal(Quantity(number, unit), "System.Quantity")


@given(st.lists(st.sampled_from([" ", "\t", "\n", "// a comment\n", "/* a\ncomment */"]), min_size=5, max_size=5))
def test_space_and_comments_mean_nothing(gaps: list[str]) -> None:
    parts = ("name", ".", "given", "=", "'a'")
    assert parse("".join(part + gap for part, gap in zip(parts, gaps, strict=True))) == parse("name.given='a'")
