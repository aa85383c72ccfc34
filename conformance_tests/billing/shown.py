"""Amounts and lines as worked examples write them."""

from __future__ import annotations

from operations.billing import money
from operations.billing.line import Line
from operations.billing.money import Money
from server.fhir.resource import Json

AMOUNTS = ("allowed", "discount", "noncovered", "patient", "deductible", "copay", "coinsurance", "benefit")


def line(found: Line) -> Json:
    """The amounts of a line that are not zero, and why it is denied."""
    amounts = {name: getattr(found, name) for name in AMOUNTS}
    shown = {name: amount(one) for name, one in amounts.items() if one.minor}
    return {**shown, **({"denial": f"{found.denial.group}-{found.denial.code}"} if found.denial else {})}


def amount(found: Money) -> str:
    """The digits of an amount."""
    return str(money.decimal(found))
