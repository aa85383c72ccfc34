"""per-1: a Period does not end before it starts.

Source: http://hl7.org/fhir/R4/datatypes.html#Period
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from server.fhir import primitives
from server.fhir.resource import Json
from server.validation.finding import Context, Findings, error

_valid = primitives.GRAMMARS["dateTime"].accepts


def ordered(value: Json, context: Context) -> Findings | None:
    """per-1: the start is not after the end, compared at the precision both have."""
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, str) or not isinstance(end, str):
        return None
    if start[19:] == end[19:] and start <= end:  # the common case: one fraction and zone, so the rest compares as text
        return None
    if not (_valid(start) and _valid(end) and _after(start, end)):
        return None
    return [error("invariant", "per-1: the start is after the end")]


def _after(start: str, end: str) -> bool:
    if "T" in start and "T" in end:
        return _moment(start) > _moment(end)
    shared = min(len(start), len(end))
    return start[:shared] > end[:shared]


def _moment(text: str) -> Decimal:
    """Seconds since the year 1 in UTC, exact to the last digit of the fraction."""
    day, _, rest = text.partition("T")
    zoned = -1 if rest.endswith("Z") else -6
    hours, minutes, seconds = rest[:zoned].split(":")
    whole = date.fromisoformat(day).toordinal() * 86_400 + int(hours) * 3600 + int(minutes) * 60
    return whole + Decimal(seconds) - _offset(rest[zoned:])


def _offset(zone: str) -> int:
    if zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds
