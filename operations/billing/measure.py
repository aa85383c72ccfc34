"""A measure: numerators and denominators, exact, of the whole and of groups.

Source: http://hl7.org/fhir/R4/measurereport.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction

from operations.billing import questions

EXACT = Context(prec=400)
"""Room for sums of the widest decimals that are computed with."""


@dataclass(frozen=True, slots=True)
class Part:
    """So many facts, and their money in major units; nothing where they only count."""

    count: int = 0
    amount: Decimal = Decimal(0)

    def __add__(self, other: Part) -> Part:
        return Part(self.count + other.count, EXACT.add(self.amount, other.amount))


NOTHING = Part()


@dataclass(frozen=True, slots=True)
class Ratio:
    """A numerator and what it is measured by; None for a plain sum."""

    numerator: Part
    denominator: Part | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the whole, and of each group by its name; `currency` is empty for one that counts.

    `unit` is `1` for a share, `d` for days, and empty for a sum.
    """

    code: str
    unit: str
    currency: str
    whole: Ratio
    groups: Mapping[str, Ratio] = field(default_factory=dict)

    def value(self, ratio: Ratio) -> Fraction | None:
        """What a numerator and denominator of this measure come to, exactly; None for a zero denominator."""
        numerator, denominator = ratio.numerator, ratio.denominator
        if denominator is None:
            return Fraction(numerator.amount)
        if self.unit == "1":
            return Fraction(numerator.count, denominator.count) if denominator.count else None
        daily = Fraction(denominator.amount) / questions.WINDOW
        return Fraction(numerator.amount) / daily if daily else None
