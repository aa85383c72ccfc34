"""https://www.cms.gov/Regulations-and-Guidance/Administrative-Simplification/NationalProvIdentStand"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.billing import npi

bodies = st.from_regex(r"[12][0-9]{8}", fullmatch=True)


@given(bodies)
def test_nine_digits_have_exactly_one_check_digit(body: str) -> None:
    assert sum(npi.valid(f"{body}{digit}") for digit in range(10)) == 1


@given(bodies, st.integers(0, 9), st.integers(1, 9))
def test_a_single_wrong_digit_is_found(body: str, place: int, shift: int) -> None:
    number = next(f"{body}{digit}" for digit in range(10) if npi.valid(f"{body}{digit}"))
    wrong = str((int(number[place]) + shift) % 10)
    assert not npi.valid(number[:place] + wrong + number[place + 1 :])


@given(bodies)
def test_the_check_digit_is_luhns_over_the_prefix(body: str) -> None:
    number = next(f"{body}{digit}" for digit in range(10) if npi.valid(f"{body}{digit}"))
    digits = [int(one) for one in reversed(f"80840{number}")]
    doubled = [two if place % 2 == 0 else sum(divmod(2 * two, 10)) for place, two in enumerate(digits)]
    assert sum(doubled) % 10 == 0


@pytest.mark.parametrize(("number", "valid"), [("1234567893", True), ("1245319599", True), ("1234567890", False)])
def test_known_numbers(number: str, valid: bool) -> None:
    assert npi.valid(number) is valid


@pytest.mark.parametrize("number", ["", "123456789", "12345678933", "3234567893", "123456789a", "１２３４５６７８９３"])
def test_other_shapes_are_no_number(number: str) -> None:
    assert not npi.valid(number)
