"""Decimals as they were written: Python itself would write `0.0000001` as `1E-7` and `1e2` as `1E+2`.

Source: http://hl7.org/fhir/R4/datatypes.html#decimal
"""

from __future__ import annotations

from decimal import Decimal


class Exact(Decimal):
    """A decimal that keeps its text."""

    __slots__ = ("_text",)
    _text: str

    def __new__(cls, text: str) -> Exact:
        """The number of a text; raises InvalidOperation."""
        made = super().__new__(cls, text)
        made._text = text
        return made

    def __str__(self) -> str:
        return self._text


def number(text: str) -> Decimal:
    """The number of a text, a plain Decimal wherever that writes the same; raises InvalidOperation."""
    return Exact(text) if "e" in text or "E" in text or "0.000000" in text else Decimal(text)
