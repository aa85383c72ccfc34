"""Literals: the values that tokens stand for.

Source: http://hl7.org/fhirpath/N1/#literals
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from server.fhirpath import moments
from server.fhirpath.errors import Unparsable
from server.fhirpath.node import BOOLEAN, DATE, DATE_TIME, DECIMAL, INTEGER, QUANTITY, STRING, TIME
from server.fhirpath.quantity import CALENDAR, Quantity
from server.fhirpath.tokens import Token
from server.fhirpath.tree import Literal


def literal(token: Token) -> Literal | None:
    """The literal of a token, None when it is none; raises Unparsable for dates and times that there are not."""
    if token.kind == "name" and token.text in ("true", "false"):
        return Literal(token.text == "true", BOOLEAN)
    read = _KINDS.get(token.kind)
    return read(token) if read is not None else None


def quantity(number: Literal, token: Token) -> Literal | None:
    """The quantity of a number and the token behind it, None when that is no unit."""
    if number.type not in (INTEGER, DECIMAL):
        return None
    calendar = token.kind == "name" and token.text in CALENDAR
    if not calendar and token.kind != "string":
        return None
    return Literal(Quantity(Decimal(number.value), token.text, calendar), QUANTITY)


def _number(token: Token) -> Literal:
    if "." in token.text:
        return Literal(Decimal(token.text), DECIMAL)
    return Literal(int(token.text), INTEGER)


def _moment(token: Token) -> Literal:
    found = moments.moment(token.text)
    if found is None:
        raise Unparsable("there is no such day or time", token.position)
    return Literal(found, DATE_TIME if found.timed else DATE)


def _time(token: Token) -> Literal:
    found = moments.time(token.text.removeprefix("T"))
    if found is None:
        raise Unparsable("there is no such time", token.position)
    return Literal(found, TIME)


_KINDS: Mapping[str, Callable[[Token], Literal]] = {
    "string": lambda token: Literal(token.text, STRING),
    "number": _number,
    "date": _moment,
    "datetime": _moment,
    "time": _time,
}
