"""NM, MO and CP to exact decimals and Money.

Source: http://hl7.org/fhir/R4/datatypes.html#Money
"""

from __future__ import annotations

import re
from decimal import Decimal

from server.fhir.resource import Resource

DIGITS = 18
"""How many digits a number may have; none in a bill has more."""

_number = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_currency = re.compile(r"[A-Z]{3}")


def number(text: str) -> Decimal | None:
    """The exact value of an NM with all the places it was written with; None when it is no number."""
    text = text.strip()
    if not _number.fullmatch(text) or len(text) > DIGITS + 2:
        return None
    value = Decimal(text)
    return None if len(value.as_tuple().digits) > DIGITS else value


def money(amount: Decimal, currency: str, default: str) -> Resource | None:
    """Money in a currency by its ISO 4217 code, `default` when none is named; None when it is no such code."""
    code = currency.strip().upper() or default
    return {"value": amount, "currency": code} if _currency.fullmatch(code) else None
