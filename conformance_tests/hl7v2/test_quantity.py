"""NM, MO and CP: numbers and money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.hl7v2.datatypes import quantity


@pytest.mark.parametrize("text", ["145.50", "0", "-3", "+1.0", ".5", "12.", "123456789012345678"])
def test_a_number_is_exact(text: str) -> None:
    assert str(quantity.number(f" {text} ")) == str(Decimal(text))


@pytest.mark.parametrize("text", ["", "1,000", "$5", "1e5", "NaN", "٣", "1234567890123456789", "0." + "1" * 30])
def test_what_is_no_number_or_too_long_is_none(text: str) -> None:
    assert quantity.number(text) is None


def test_money_has_the_currency_it_names_or_the_default() -> None:
    found = [quantity.money(Decimal("1.50"), one, "USD") for one in ("eur", "", "dollars")]
    assert found == [
        {"value": Decimal("1.50"), "currency": "EUR"},
        {"value": Decimal("1.50"), "currency": "USD"},
        None,
    ]
