"""Quantities: a number and a unit, compared across units of one kind where that is exact.

UCUM units of length, mass, time, volume, amount and temperature difference are converted, with all metric prefixes;
others compare only with themselves. Calendar durations are words (`7 days`); up to the week they equal UCUM's.
Sources: http://hl7.org/fhirpath/N1/#quantity, https://ucum.org/ucum
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

_exact = Context(prec=60)

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
_INEXACT = ("a", "mo")

_PREFIXES: Mapping[str, int] = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3,
    "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
_METRIC: Mapping[str, tuple[str, Decimal]] = {
    "m": ("length", Decimal(1)),
    "g": ("mass", Decimal(1)),
    "s": ("time", Decimal(1)),
    "L": ("volume", Decimal(1)),
    "l": ("volume", Decimal(1)),
    "mol": ("amount", Decimal(1)),
    "K": ("temperature", Decimal(1)),
    "Pa": ("pressure", Decimal(1)),
    "J": ("energy", Decimal(1)),
}
_PLAIN: Mapping[str, tuple[str, Decimal]] = {
    "1": ("number", Decimal(1)),
    "%": ("number", Decimal("0.01")),
    "min": ("time", Decimal(60)),
    "h": ("time", Decimal(3600)),
    "d": ("time", Decimal(86_400)),
    "wk": ("time", Decimal(604_800)),
    "a": ("time", Decimal(31_557_600)),
    "mo": ("time", Decimal(2_629_800)),
    "[in_i]": ("length", Decimal("0.0254")),
    "[ft_i]": ("length", Decimal("0.3048")),
    "[mi_i]": ("length", Decimal("1609.344")),
    "[lb_av]": ("mass", Decimal("453.59237")),
    "[oz_av]": ("mass", Decimal("28.349523125")),
    "t": ("mass", Decimal(1_000_000)),
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of a unit: a UCUM code, or a calendar duration in words."""

    value: Decimal
    unit: str = "1"
    calendar: bool = False

    def __str__(self) -> str:
        return f"{self.value} {self.unit}" if self.calendar else f"{self.value} '{self.unit}'"

    @property
    def code(self) -> str:
        """The UCUM code of the unit."""
        return _WORDS[CALENDAR[self.unit]] if self.calendar else self.unit or "1"


def canonical(quantity: Quantity) -> tuple[str, Decimal]:
    """The kind of the unit and the number in the base unit of that kind; a unit that is not known is its own kind."""
    factors = [_factor(part) for part in quantity.code.split("/")]
    kind = "/".join(name for name, _ in factors)
    value = _exact.multiply(quantity.value, factors[0][1])
    for _, factor in factors[1:]:
        value = _exact.divide(value, factor)
    return kind, value


def comparable(left: Quantity, right: Quantity) -> tuple[Decimal, Decimal] | None:
    """Both numbers in one unit; None when they are of different kinds, or of a length that months and years vary in."""
    if left.code == right.code and not _vague(left, right):
        return left.value, right.value
    (kind, one), (other_kind, other) = canonical(left), canonical(right)
    return None if kind != other_kind or _vague(left, right) else (one, other)


def _vague(left: Quantity, right: Quantity) -> bool:
    """Whether a calendar year or month is compared with a definite duration."""
    vague = [one.calendar and one.code in _INEXACT for one in (left, right)]
    return any(vague) and not (all(vague) and left.code == right.code)


def _factor(code: str) -> tuple[str, Decimal]:
    if code in _PLAIN:
        return _PLAIN[code]
    if code in _METRIC:
        return _METRIC[code]
    for prefix, exponent in _PREFIXES.items():
        unit = code.removeprefix(prefix)
        if unit != code and unit in _METRIC:
            kind, factor = _METRIC[unit]
            return kind, factor.scaleb(exponent)
    return code, Decimal(1)
