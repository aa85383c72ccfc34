"""Index keys of the MongoDB store: strings in the order of their code points, numbers of 34 digits."""

from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.storage.mongo import keys

texts = st.text(max_size=5)
beginnings = texts.map(lambda text: keys.whole("name", text))
numbers = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent, Context(prec=80)),
    st.integers(-(10**60), 10**60),
    st.integers(-60, 30),
)

_short = Context(prec=34)


@given(beginning=beginnings, rest=texts)
def test_what_begins_with_a_string_is_before_its_successor(beginning: str, rest: str) -> None:
    assert _bytes(beginning) <= _bytes(beginning + rest) < _bytes(keys.successor(beginning))


@given(beginning=beginnings, other=beginnings)
def test_what_is_between_a_string_and_its_successor_begins_with_it(beginning: str, other: str) -> None:
    between = _bytes(beginning) <= _bytes(other) < _bytes(keys.successor(beginning))
    assert between == other.startswith(beginning)


@pytest.mark.parametrize(
    ("beginning", "successor"),
    [("a", "b"), ("a\U0010ffff", "b"), ("\ud7ff", "\ue000"), ("\x1f", " "), ("^n\x1f\U0010ffff\U0010ffff", "^n ")],
)
def test_the_successor_is_the_next_character(beginning: str, successor: str) -> None:
    assert keys.successor(beginning) == successor


@given(number=numbers)
def test_a_number_is_kept_between_two_neighbours_of_34_digits(number: Decimal) -> None:
    low, high = _decimal(keys.down(number)), _decimal(keys.up(number))
    assert low <= number <= high
    assert high in (low, _short.next_plus(low))


@given(number=numbers.map(lambda number: _short.plus(number)))
def test_a_number_of_34_digits_is_kept_as_it_is(number: Decimal) -> None:
    assert (_decimal(keys.down(number)), _decimal(keys.up(number))) == (number, number)


@given(number=st.integers(-(2**63), 2**63 - 1))
def test_a_tick_is_kept_as_it_is(number: int) -> None:
    assert (keys.down(number), keys.up(number)) == (number, number)


@given(first=st.text(min_size=201, max_size=220), second=st.text(min_size=201, max_size=220))
def test_long_terms_are_kept_short_and_apart(first: str, second: str) -> None:
    assert (keys.term(first) == keys.term(second)) == (first == second)
    assert len(keys.term(first)) == 65


@given(long=st.text(min_size=201, max_size=220), short=st.text(max_size=200))
def test_no_short_term_is_taken_for_a_long_one(long: str, short: str) -> None:
    assert keys.term(long) != keys.term(short)


def _bytes(text: str) -> bytes:
    """How MongoDB compares strings."""
    return text.encode()


def _decimal(value: keys.Stored) -> Decimal:
    return Decimal(str(value))
