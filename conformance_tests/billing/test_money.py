"""http://hl7.org/fhir/R4/datatypes.html#Money: whole minor units of one currency, exact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.billing.amounts import element, usd
from operations.billing import money
from operations.billing.currencies import PLACES
from operations.billing.money import LARGEST, CurrencyMismatch, Money
from server.fhir import codec
from server.fhir.errors import Unprocessable
from server.fhir.outcome import Issue
from server.fhir.resource import Json

monies = st.builds(Money, st.integers(-LARGEST, LARGEST), st.sampled_from(sorted(PLACES)))
wide = st.decimals(allow_nan=False, allow_infinity=False).filter(lambda one: money.computable(one) is not None)


@given(monies)
def test_what_is_written_is_read_back(amount: Money) -> None:
    text = codec.encode(money.element(amount))
    assert money.parse(codec.decode(text), "Claim.total") == amount


@given(st.lists(st.integers(-LARGEST, LARGEST)))
def test_a_sum_is_the_sum_of_its_minor_units(parts: list[int]) -> None:
    assert money.total((Money(one, "USD") for one in parts), "USD") == Money(sum(parts), "USD")


@given(wide, st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
def test_rounding_is_to_the_nearest_minor_unit_and_a_tie_to_the_even_one(amount: Decimal, currency: str) -> None:
    scale = 10 ** PLACES[currency]
    numerator, denominator = amount.as_integer_ratio()
    whole, rest = divmod(numerator * scale, denominator)
    up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    assert money.rounded(amount, currency) == Money(whole + up, currency)


@given(st.lists(wide, max_size=4))
def test_a_product_is_exact(factors: list[Decimal]) -> None:
    found = money.product(*factors)
    numerator, denominator = 1, 1
    for factor in factors:
        above, below = factor.as_integer_ratio()
        numerator, denominator = numerator * above, denominator * below
    above, below = found.as_integer_ratio()
    assert above * denominator == numerator * below


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (element("72.50"), "72.50 USD"),
        (element("72.500"), "72.50 USD"),
        (element("1E+2"), "100.00 USD"),
        (element("-0.01"), "-0.01 USD"),
        ({"value": 5, "currency": "JPY"}, "5 JPY"),
        (element("1.234", "KWD"), "1.234 KWD"),
        (element("0.0001", "CLF"), "0.0001 CLF"),
    ],
)
def test_amounts_are_read_as_they_are_written(value: Json, expected: str) -> None:
    assert money.text(money.parse(value, "Claim.total")) == expected


@pytest.mark.parametrize(
    ("value", "code", "expression"),
    [
        ({}, "required", "Claim.total"),
        ({"value": 1}, "required", "Claim.total"),
        ({"currency": "USD"}, "required", "Claim.total"),
        (element("1", "XYZ"), "code-invalid", "Claim.total.currency"),
        (element("0.001"), "value", "Claim.total.value"),
        (element("0.5", "JPY"), "value", "Claim.total.value"),
        (element("28.104000000000003"), "value", "Claim.total.value"),
        (element("1234567890123456789"), "value", "Claim.total.value"),
        (element("1E+31"), "value", "Claim.total.value"),
        (element("1E-31"), "value", "Claim.total.value"),
        (element("10000000000000.01"), "value", "Claim.total.value"),
    ],
)
def test_what_is_no_exact_amount_is_refused_with_its_path(value: Json, code: str, expression: str) -> None:
    found = money.read(value, "Claim.total")
    assert isinstance(found, Issue)
    assert (found.code, found.expression) == (code, expression)
    with pytest.raises(Unprocessable) as caught:
        money.parse(value, "Claim.total")
    assert caught.value.issues == (found,)


def test_the_largest_amount_is_taken() -> None:
    assert usd("10000000000000.00") == Money(LARGEST, "USD")


@pytest.mark.parametrize("mix", [Money.__add__, Money.__sub__, Money.__lt__])
def test_two_currencies_never_meet(mix: object) -> None:
    with pytest.raises(CurrencyMismatch):
        mix(Money(1, "USD"), Money(1, "EUR"))  # type: ignore[operator]
    with pytest.raises(CurrencyMismatch):
        min(Money(1, "USD"), Money(2, "EUR"))


@pytest.mark.parametrize(
    ("amount", "percent", "expected"),
    [("100.00", "20", "20.00"), ("0.01", "50", "0.00"), ("0.03", "50", "0.02"), ("99.99", "33.3", "33.30")],
)
def test_a_percentage_is_rounded_half_even(amount: str, percent: str, expected: str) -> None:
    assert money.percentage(usd(amount), Decimal(percent)) == usd(expected)


@given(st.builds(Money, st.integers(0, LARGEST), st.just("USD")), st.integers(0, 100))
def test_a_part_and_the_rest_make_the_whole(amount: Money, percent: int) -> None:
    part = money.percentage(amount, Decimal(percent))
    assert money.zero("USD").minor <= part.minor <= amount.minor
    assert part + (amount - part) == amount
