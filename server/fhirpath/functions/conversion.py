"""From one type to another, and whether that can be.

Source: http://hl7.org/fhirpath/N1/#conversion
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from server.fhirpath import moments, quantity
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import Value, truth
from server.fhirpath.quantity import CALENDAR, Quantity
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import boolean, moment_node, nodes_of, single, text, value

Convert = Callable[[Value], Value]
"""The converted value, None when there is none."""

_TRUE, _FALSE = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")
_integer = re.compile(r"[+-]?\d+", re.ASCII)
_decimal = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_quantity = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([A-Za-z]+))?", re.ASCII)


def _boolean(found: Value) -> Value:
    if isinstance(found, bool):
        return found
    if isinstance(found, int | Decimal):
        return bool(found) if found in (0, 1) else None
    word = found.lower() if isinstance(found, str) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def _whole(found: Value) -> Value:
    if isinstance(found, bool):
        return int(found)
    if isinstance(found, int):
        return found
    return int(found) if isinstance(found, str) and _integer.fullmatch(found) and len(found) < 20 else None


def _exact(found: Value) -> Value:
    if isinstance(found, bool | int | Decimal):
        return Decimal(int(found)) if isinstance(found, bool) else Decimal(found)
    return Decimal(found) if isinstance(found, str) and _decimal.fullmatch(found) and len(found) < 60 else None


def string(found: Value) -> Value:
    """The text of a System value; None of a complex one."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, Decimal):
        return format(found, "f")
    return str(found) if isinstance(found, str | int | Moment | Time | Quantity) else None


def _date(found: Value) -> Value:
    made = moments.moment(found) if isinstance(found, str) else found
    return Moment(made.parts[:3]) if isinstance(made, Moment) else None


def _date_time(found: Value) -> Value:
    made = moments.moment(found) if isinstance(found, str) else found
    return Moment(made.parts, True, made.zone) if isinstance(made, Moment) else None


def _time(found: Value) -> Value:
    return moments.time(found) if isinstance(found, str) else found if isinstance(found, Time) else None


def _measure(found: Value) -> Value:
    if isinstance(found, Quantity):
        return found
    if isinstance(found, bool | int | Decimal):
        return Quantity(Decimal(found))
    match = _quantity.fullmatch(found) if isinstance(found, str) else None
    if match is None or (match[3] and match[3] not in CALENDAR):
        return None
    return Quantity(Decimal(match[1]), match[2] or match[3] or "1", bool(match[3]))


def _to(convert: Convert) -> Callable[[Model, Sequence[Argument]], Run]:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            node = single(focus)
            found = None if node is None else convert(value(node))
            return moment_node(found) if isinstance(found, Moment) else nodes_of(found)

        return run

    return build


def _converts(convert: Convert) -> Callable[[Model, Sequence[Argument]], Run]:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            node = single(focus)
            return [] if node is None else truth(convert(value(node)) is not None)

        return run

    return build


def _to_quantity(model: Model, arguments: Sequence[Argument]) -> Run:
    """`toQuantity(unit)`: in that unit, when it can be expressed in it."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        node = single(focus)
        found = None if node is None else _measure(value(node))
        return nodes_of(_in_unit(found, text(arguments[0].value(scope)) if arguments else None))

    return run


def _in_unit(found: Value, unit: str | None) -> Value:
    if found is None or unit is None:
        return found
    pair = quantity.comparable(found, Quantity(Decimal(1), unit))
    return None if pair is None else Quantity(pair[0] / pair[1], unit)


def _iif(model: Model, arguments: Sequence[Argument]) -> Run:
    """`iif(criterion, then, else)`: only the branch that is taken is evaluated, on the item itself."""
    criterion, then, *otherwise = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        single(focus)
        outer, scope.this = scope.this, focus or scope.this
        try:
            if boolean(criterion.run(scope.this, scope)):
                return then.run(scope.this, scope)
            return otherwise[0].run(scope.this, scope) if otherwise else []
        finally:
            scope.this = outer

    return run


_CONVERSIONS: Mapping[str, Convert] = {
    "Boolean": _boolean,
    "Integer": _whole,
    "Decimal": _exact,
    "String": string,
    "Date": _date,
    "DateTime": _date_time,
    "Time": _time,
}

TABLE: Mapping[str, Function] = {
    **{f"to{name}": Function(_to(convert)) for name, convert in _CONVERSIONS.items()},
    **{f"convertsTo{name}": Function(_converts(convert)) for name, convert in _CONVERSIONS.items()},
    "toQuantity": Function(_to_quantity, 0, 1),
    "convertsToQuantity": Function(_converts(_measure), 0, 1),
    "iif": Function(_iif, 2, 3),
}
"""Functions that convert."""
