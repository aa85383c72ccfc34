"""Decimal arithmetic to 34 digits, and which numbers are computed with at all.

Source: http://hl7.org/fhirpath/N1/#decimal
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

PRECISION = Context(prec=34)
"""How many digits arithmetic keeps."""
DIGITS = 60
"""Numbers with more digits, or farther from the point, are not computed with."""
_ONE = Decimal(1)
WHOLE = 2**63
"""Whole numbers of this size overflow."""


def computable(number: int | Decimal) -> bool:
    """Whether a number is short enough to compute with."""
    if isinstance(number, int):
        return -WHOLE <= number < WHOLE
    return number.is_finite() and places(number) <= DIGITS and number.adjusted() < DIGITS


def places(number: int | Decimal) -> int:
    """How many digits stand behind the point."""
    exponent = number.as_tuple().exponent if isinstance(number, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(number: Decimal) -> Decimal:
    """The number without zeros at its end, and without an exponent."""
    found = number.normalize(PRECISION)
    return found.quantize(_ONE, context=PRECISION) if places(found) == 0 and found.adjusted() < 34 else found


def of(exact: Fraction) -> Decimal:
    """The decimal of a fraction."""
    return plain(PRECISION.divide(Decimal(exact.numerator), Decimal(exact.denominator)))
