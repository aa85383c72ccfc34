"""Quantities: numbers with a unit. Units of UCUM are converted, so that 5 mg finds 0.005 g.

Each is indexed without its unit, by its unit alone, and by system and unit: for UCUM those are the base units.
Source: http://hl7.org/fhir/R4/search.html#quantity
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.fhirpath import decimals, ucum
from server.search.condition import Condition
from server.search.entries import Collector
from server.search.kinds import comparison
from server.search.kinds.comparison import END, Scale
from server.search.kinds.kind import Asked, Kind, extended
from server.search.values import split, unescape

CURRENCIES = "urn:iso:std:iso:4217"
"""The system of the codes of Money."""

_FAR = 100
"""Numbers of more places than this, before the point or behind it, are not converted; they are no measurements."""
_Range: TypeAlias = tuple[Decimal, Decimal]


def _quantity(name: str, value: Json, into: Collector) -> None:
    number = value.get("value")
    if number is not None:
        _add(name, value, _compared(Decimal(number), value.get("comparator", "")), into)


def _compared(number: Decimal, comparator: str) -> _Range:
    """What a measurement with `<` or `>` before it may be."""
    if comparator:
        return (-END, number) if comparator[0] == "<" else (number, END)
    return number, number


def _range(name: str, value: Json, into: Collector) -> None:
    low, high = value.get("low", {}), value.get("high", {})
    ends = Decimal(low.get("value", -END)), Decimal(high.get("value", END))
    if ends != (-END, END) and ends[0] <= ends[1]:
        _add(name, low if "value" in low else high, ends, into)


def _money(name: str, value: Json, into: Collector) -> None:
    if "value" in value:
        number = Decimal(value["value"])
        _add(name, {"system": CURRENCIES, "code": value.get("currency")}, (number, number), into)


def _sampled(name: str, value: Json, into: Collector) -> None:
    """From the lowest to the highest sample, in the unit of the origin."""
    origin, factor = value.get("origin", {}), Decimal(value.get("factor", 1))
    samples = [Decimal(origin.get("value", 0)) + one * factor for one in _samples(value.get("data", ""))]
    if samples:
        _add(name, origin, (min(samples), max(samples)), into)


def _samples(data: str) -> Iterator[Decimal]:
    for one in data.split():
        if one not in ("E", "U", "L"):
            try:
                yield Decimal(one)
            except InvalidOperation:
                return


def _add(name: str, unit: Json, ends: _Range, into: Collector) -> None:
    into.spans.add((name, *ends))
    system, code, shown = unit.get("system"), unit.get("code"), unit.get("unit")
    if code:
        into.spans.add((f"{name}=|{code}", *ends))
    if shown and shown != code:
        into.spans.add((f"{name}=|{shown}", *ends))
    if code and system:
        base, scale = _base(system, code)
        low = scale(ends[0])
        into.spans.add((f"{name}={system}|{base}", low, low if ends[0] is ends[1] else scale(ends[1])))


@lru_cache(1024)
def _base(system: str, code: str) -> tuple[str, Scale]:
    """The unit by which a unit is indexed, and the way there."""
    unit = ucum.unit(code) if system == ucum.SYSTEM else None
    if unit is None:
        return code, _same
    return unit.name, _same if unit.factor == 1 and not unit.offset else _scale(unit)


def _same(number: Decimal) -> Decimal:
    return number


def _scale(unit: ucum.Unit) -> Scale:
    """The way to base units, as decimals where factor and offset have an end as such; what is far stays as it is."""
    factor, offset = decimals.of(unit.factor), decimals.of(unit.offset)
    if Fraction(factor) == unit.factor and Fraction(offset) == unit.offset:
        times, plus = decimals.PRECISION.multiply, decimals.PRECISION.add
        return lambda number: times(plus(number, offset), factor) if -_FAR < number.adjusted() < _FAR else number
    return lambda number: decimals.of(unit.base(number)) if -_FAR < number.adjusted() < _FAR else number


def matches(asked: Asked) -> Condition:
    """A prefix and a number, alone or with `|system|code`; `||code` is a unit of any system, by code or by name."""
    number, *unit = (unescape(part) for part in split(asked.text, "|"))
    given = comparison.read(number, asked.parameter.code)
    if not unit:
        return given.compare(asked.name)
    if len(unit) != 2 or not unit[1]:
        raise Invalid("a quantity is a number, number|system|code or number||code", expression=asked.parameter.code)
    system, code = unit
    if not system:
        return given.compare(f"{asked.name}=|{code}")
    base, scale = _base(system, code)
    return given.scaled(scale).compare(f"{asked.name}={system}|{base}")


QUANTITY = Kind(
    index=extended(
        {
            **dict.fromkeys(("Quantity", "Age", "Count", "Distance", "Duration"), _quantity),
            "Range": _range,
            "Money": _money,
            "SampledData": _sampled,
        }
    ),
    match={"": matches},
)
"""The quantity type."""
