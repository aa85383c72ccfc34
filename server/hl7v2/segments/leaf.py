"""Fields that must be readable: what cannot be read raises Unmappable with its place.

Source: http://www.hl7.eu/refactored/dt.html (chapter 2A, data types)
"""

from __future__ import annotations

from decimal import Decimal

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import quantity, temporal
from server.hl7v2.er7 import Segment
from server.hl7v2.faults import DATA_TYPE, REQUIRED_FIELD, Unmappable


def required(segment: Segment, position: int, component: int = 1) -> str:
    """A leaf that must be there."""
    text = segment.text(position, component).strip()
    if not text:
        raise Unmappable(segment.place(position, component), REQUIRED_FIELD, "a value is required")
    return text


def date(segment: Segment, position: int) -> str:
    """A field as a FHIR date; empty when it says nothing."""
    return _read(segment, position, 1, temporal.date(segment.text(position)))


def date_time(segment: Segment, position: int, context: Context, component: int = 1) -> str:
    """A component as a FHIR dateTime; empty when it says nothing."""
    return _read(segment, position, component, temporal.date_time(segment.text(position, component), context.zone))


def period(segment: Segment, start: int, end: int, context: Context) -> Resource:
    """Two fields as a Period; empty when both say nothing."""
    first, last = date_time(segment, start, context), date_time(segment, end, context)
    if first and last and temporal.inverted(first, last):
        raise Unmappable(segment.place(end), DATA_TYPE, f"the end is before the start in field {start}")
    return temporal.period(first, last)


def number(segment: Segment, position: int) -> Decimal | None:
    """A field as an exact number; None when it says nothing."""
    text = segment.text(position).strip()
    if not text:
        return None
    value = quantity.number(text)
    if value is None:
        raise Unmappable(segment.place(position), DATA_TYPE, "a number is expected")
    return value


def money(segment: Segment, position: int, currency: str) -> Resource | None:
    """A field as exact Money, in `currency` when it names none; None when it says nothing."""
    amount = number(segment, position)
    if amount is None:
        return None
    said = quantity.money(amount, segment.text(position, 1, 2), currency)
    if said is None:
        raise Unmappable(segment.place(position), DATA_TYPE, "a currency of ISO 4217 is expected")
    return said


def _read(segment: Segment, position: int, component: int, value: str | None) -> str:
    if value is None:
        raise Unmappable(segment.place(position, component), DATA_TYPE, "a date or time of the calendar is expected")
    return value
