"""Dollars as the tests write them."""

from __future__ import annotations

from decimal import Decimal

from operations.billing import money
from operations.billing.money import Money
from server.fhir.resource import Resource


def usd(text: str | int) -> Money:
    """So many US dollars, exactly."""
    return money.parse(element(str(text)), "test")


def element(text: str, currency: str = "USD") -> Resource:
    """The FHIR Money of a decimal in text."""
    return {"value": Decimal(text), "currency": currency}
