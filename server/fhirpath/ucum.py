"""Units of measure: UCUM's expressions read, and numbers converted exactly between units of one dimension.

What is known is in `ucum_units`; a unit that is not known converts to nothing.
Source: https://ucum.org/ucum#section-Full-and-Limited-Conformance
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from server.fhirpath import decimals, ucum_units

SYSTEM = "http://unitsofmeasure.org"
"""The code system of UCUM."""
LIMIT = 100
"""How long a unit's code may be."""

Dimension: TypeAlias = tuple[tuple[str, int], ...]
"""Base units with their powers, in alphabetical order."""

_POWER = 30
_annotation = r"\{[^{}]*\}"
_component = re.compile(
    rf"(?P<symbol>10[*^]|(?:[A-Za-z%'_]|\[[^\[\]]*\])+)(?P<power>[+-]?\d{{1,2}})?(?:{_annotation})?"
    rf"|(?P<number>\d{{1,9}})(?:{_annotation})?|{_annotation}|(?P<open>\()",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """So many of a dimension's base units; `offset` is added to a number before."""

    factor: Fraction
    dimension: Dimension = ()
    offset: Fraction = Fraction(0)

    def base(self, number: Decimal) -> Fraction:
        """The number in base units."""
        return (Fraction(number) + self.offset) * self.factor

    @property
    def name(self) -> str:
        """The code of its base units."""
        return ".".join(f"{base}{power if power != 1 else ''}" for base, power in self.dimension) or "1"

    def times(self, other: Unit, power: int) -> Unit:
        """The product with a power of another."""
        if power == 1 and self is ONE:
            return other
        powers = dict(self.dimension)
        for name, count in other.dimension:
            powers[name] = powers.get(name, 0) + count * power
        dimension = tuple(sorted((name, count) for name, count in powers.items() if count))
        return Unit(self.factor * other.factor**power, dimension)


ONE = Unit(Fraction(1))
"""The unit of plain numbers."""


def unit(code: str) -> Unit | None:
    """The unit of a code; None for one that is not known or not written as UCUM does."""
    if code in _SPECIAL:
        return _SPECIAL[code]
    if len(code) > LIMIT or code in ("", "1"):
        return ONE if code == "1" else None
    try:
        found, end = _term(code, 0)
    except _Unknown:
        return None
    return found if end == len(code) else None


def convert(number: Decimal, code: str, to: str) -> Decimal | None:
    """The number in another unit, to 34 digits; None between units that do not convert."""
    if code == to:
        return number
    here, there = unit(code), unit(to)
    if here is None or there is None or here.dimension != there.dimension:
        return None
    return decimals.of(here.base(number) / there.factor - there.offset)


def canonical(number: Decimal, code: str) -> tuple[str, Decimal] | None:
    """The code of the base units of a unit, and the number in them; None when it is not known."""
    found = unit(code)
    return None if found is None else (found.name, decimals.of(found.base(number)))


class _Unknown(Exception):
    """A unit that is not known."""


def _term(code: str, start: int) -> tuple[Unit, int]:
    """The product that begins at a place, and where it ends: at the end of the code or at a bracket."""
    found, place = ONE, start
    sign = 1
    if code.startswith("/", place):
        sign, place = -1, place + 1
    while True:
        factor, place = _factor(code, place)
        found = found.times(factor, sign)
        operator = code[place : place + 1]
        if operator not in (".", "/"):
            return found, place
        sign, place = -1 if operator == "/" else 1, place + 1


def _factor(code: str, start: int) -> tuple[Unit, int]:
    match = _component.match(code, start)
    if match is None:
        raise _Unknown
    if match["open"]:
        found, end = _term(code, match.end())
        if not code.startswith(")", end):
            raise _Unknown
        return found, end + 1
    if match["number"]:
        return Unit(Fraction(_positive(int(match["number"])))), match.end()
    if match["symbol"]:
        return ONE.times(_symbol(match["symbol"]), _power(match["power"])), match.end()
    return ONE, match.end()


def _positive(number: int) -> int:
    if not number:
        raise _Unknown
    return number


def _power(text: str | None) -> int:
    power = int(text or 1)
    if abs(power) > _POWER:
        raise _Unknown
    return power


def _symbol(symbol: str) -> Unit:
    found = _ATOMS.get(symbol)
    if found is not None:
        return found
    for length in (1, 2):
        prefix, rest = _PREFIXES.get(symbol[:length]), symbol[length:]
        if prefix is not None and rest in _METRIC:
            atom = _ATOMS[rest]
            return Unit(atom.factor * prefix, atom.dimension)
    raise _Unknown


_PREFIXES: Mapping[str, Fraction] = {name: Fraction(10) ** power for name, power in ucum_units.PREFIXES.items()}
_METRIC = frozenset((*ucum_units.BASE, *ucum_units.METRIC, "[IU]"))


def _defined(number: str, of: str) -> Unit:
    return Unit(Fraction(number)).times(_term(of, 0)[0], 1)


_ATOMS: dict[str, Unit] = {name: Unit(Fraction(1), ((name, 1),)) for name in (*ucum_units.BASE, *ucum_units.ARBITRARY)}
# Filled row by row: a definition uses the rows above it.
_ATOMS.update((symbol, _defined(*row)) for symbol, row in (*ucum_units.METRIC.items(), *ucum_units.PLAIN.items()))
_SPECIAL: Mapping[str, Unit] = {
    symbol: Unit(Fraction(factor), _ATOMS[of].dimension, Fraction(offset))
    for symbol, (offset, factor, of) in ucum_units.OFFSET.items()
}
