"""Quantities: a number and a unit, compared across units of one kind.

UCUM's units are converted as `ucum` knows them; others compare only with themselves. Calendar durations are words
(`7 days`); up to the week they equal UCUM's, years and months compare only with themselves and each other.
Source: http://hl7.org/fhirpath/N1/#quantity
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from server.fhirpath import decimals, ucum

_WORDS: Mapping[str, str] = {
    "year": "a",
    "month": "mo",
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
CALENDAR: Mapping[str, str] = {**{word: word for word in _WORDS}, **{f"{word}s": word for word in _WORDS}}
"""Calendar duration keywords, singular and plural, to the singular."""
_MONTHS: Mapping[str, int] = {"year": 12, "month": 1}
"""Durations whose length varies, in months."""
_DAYS: Mapping[str, int] = {"year": 365, "month": 30}
"""How long they count where no date anchors them."""

Kind: TypeAlias = str | ucum.Dimension
"""What two quantities must share to compare: a dimension, or a unit that is not known."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a unit: a UCUM code, or a calendar duration in words."""

    value: Decimal
    unit: str = "1"
    calendar: bool = False

    def __str__(self) -> str:
        number = format(self.value, "f")
        return f"{number} {self.unit}" if self.calendar else f"{number} '{self.unit}'"

    def __neg__(self) -> Quantity:
        return replace(self, value=-self.value)

    @property
    def code(self) -> str:
        """The UCUM code of the unit."""
        return _WORDS[CALENDAR[self.unit]] if self.calendar else self.unit or "1"


def of(value: object) -> Quantity | None:
    """A quantity as it is, a number as a quantity of ones; None for anything else."""
    if isinstance(value, Quantity):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Quantity(Decimal(value))


def base(quantity: Quantity) -> tuple[Kind, Fraction]:
    """The kind of the quantity, and its number in the base units of that kind; equal quantities give the same."""
    if quantity.calendar and (months := _MONTHS.get(CALENDAR[quantity.unit])):
        return "calendar", Fraction(quantity.value) * months
    unit = ucum.unit(quantity.code)
    if unit is None:
        return f"unit {quantity.code}", Fraction(quantity.value)
    return unit.dimension, unit.base(quantity.value)


def comparable(left: Quantity, right: Quantity) -> tuple[Fraction, Fraction] | None:
    """Both numbers in base units; None when they are of different kinds."""
    (kind, one), (other_kind, other) = base(left), base(right)
    return (one, other) if kind == other_kind else None


def order(left: Quantity, right: Quantity) -> int | None:
    """Below, at or above zero as left is less, as much or more; None when they are of different kinds."""
    pair = comparable(left, right) or comparable(_counted(left), _counted(right))
    return None if pair is None else (pair[0] > pair[1]) - (pair[0] < pair[1])


def _counted(quantity: Quantity) -> Quantity:
    days = _DAYS.get(CALENDAR[quantity.unit]) if quantity.calendar else None
    return quantity if days is None else Quantity(quantity.value * days, "d")


def alike(left: Quantity, right: Quantity) -> bool:
    """Whether they are equal when both are rounded to the last digit of the one that is less precise."""
    one, other = replace(left, unit=left.code, calendar=False), replace(right, unit=right.code, calendar=False)
    pair = comparable(one, other)
    if pair is None:
        return False
    last = max(_last(one), _last(other))
    return round(pair[0] / last) == round(pair[1] / last)


def _last(quantity: Quantity) -> Fraction:
    """What the last digit of the number stands for, in base units."""
    unit = ucum.unit(quantity.code) or ucum.ONE
    return unit.factor * Fraction(1, 10 ** decimals.places(quantity.value.normalize()))


def expressed(quantity: Quantity, unit: str) -> Quantity | None:
    """The quantity in a unit, a code or a calendar word; None when it does not convert."""
    wanted = Quantity(Decimal(1), unit, unit in CALENDAR)
    if quantity.unit == unit and quantity.calendar == wanted.calendar:
        return quantity
    if "calendar" in (base(quantity)[0], base(wanted)[0]):
        pair = comparable(quantity, wanted)
        return None if pair is None else replace(wanted, value=decimals.of(pair[0] / pair[1]))
    number = ucum.convert(quantity.value, quantity.code, wanted.code)
    return None if number is None else replace(wanted, value=number)


def finer(left: Quantity, right: Quantity) -> str:
    """The unit of the one that is more granular, of the left when both are as much so."""
    one, other = (base(replace(each, value=Decimal(1)))[1] for each in (left, right))
    return right.unit if other < one else left.unit
