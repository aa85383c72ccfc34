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
from server.fhirpath.node import BOOLEAN, NOTHING, Nodes, Value, truth
from server.fhirpath.quantity import CALENDAR, Quantity
from server.fhirpath.run import ITEM, Argument, Function, Run
from server.fhirpath.values import boolean, nodes_of, one, single, text

Convert = Callable[[Value], Value]
"""The converted value, None when there is none."""

_TRUE, _FALSE = ("true", "t", "yes", "y", "1", "1.0"), ("false", "f", "no", "n", "0", "0.0")
_NUMBER = r"[+-]?\d{1,30}(?:\.\d{1,30})?"
_integer = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_decimal = re.compile(_NUMBER, re.ASCII)
_quantity = re.compile(rf"({_NUMBER})\s*(?:'([^']+)'|([A-Za-z]+))?", re.ASCII)


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
    return int(found) if isinstance(found, str) and _integer.fullmatch(found) else None


def _exact(found: Value) -> Value:
    if isinstance(found, bool | int | Decimal):
        return Decimal(int(found)) if isinstance(found, bool) else Decimal(found)
    return Decimal(found) if isinstance(found, str) and _decimal.fullmatch(found) else None


def string(found: Value) -> Value:
    """The text of a System value; None of a complex one."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, Decimal):
        return format(found, "f")
    return str(found) if isinstance(found, str | int | Moment | Time | Quantity) else None


def _date(found: Value) -> Value:
    if isinstance(found, str):
        made = moments.moment(found)
        return None if made is None or made.timed else made
    return Moment(found.parts[:3]) if isinstance(found, Moment) else None


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


def _to(convert: Convert) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            found = one(focus)
            return NOTHING if found is None else nodes_of(convert(found))

        return run

    return Function(build)


def _converts(convert: Convert) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            found = one(focus)
            return NOTHING if found is None else truth(convert(found) is not None)

        return run

    return Function(build, gives=BOOLEAN)


def _quantified(finish: Callable[[Value], Nodes]) -> Function:
    """`toQuantity(unit)` and `convertsToQuantity(unit)`: in that unit, when it can be expressed in it."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            found, unit = one(focus), text(arguments[0].value(scope)) if arguments else None
            if found is None:
                return NOTHING
            measure = _measure(found)
            return finish(measure if unit is None or measure is None else quantity.expressed(measure, unit))

        return run

    return Function(build, 0, 1)


def _iif(model: Model, arguments: Sequence[Argument]) -> Run:
    """`iif(criterion, then, else)`: only the branch that is taken is evaluated, on the item itself."""
    criterion, then, *otherwise = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        single(focus)
        outer, scope.this = scope.this, focus
        try:
            if boolean(criterion.run(focus, scope)):
                return then.run(focus, scope)
            return otherwise[0].run(focus, scope) if otherwise else NOTHING
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
    **{f"to{name}": _to(convert) for name, convert in _CONVERSIONS.items()},
    **{f"convertsTo{name}": _converts(convert) for name, convert in _CONVERSIONS.items()},
    "toQuantity": _quantified(nodes_of),
    "convertsToQuantity": _quantified(lambda found: truth(found is not None)),
    "iif": Function(_iif, 2, 3, within=ITEM),
}
"""Functions that convert."""
