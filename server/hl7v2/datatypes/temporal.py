"""DTM and DR to FHIR date, dateTime and Period; precision is kept as far as FHIR can say it.

FHIR has no time without seconds and offset: an hour or minute gets `:00`, a time without offset that of its sender.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-datatype-dtm-to-datetime.html
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

_moment = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d{2})(?:(?P<day>\d{2})"
    r"(?:(?P<hour>\d{2})(?:(?P<minute>\d{2})(?:(?P<second>\d{2})(?P<fraction>\.\d{1,4})?)?)?)?)?)?"
    r"(?P<offset>[+-]\d{4})?",
    re.ASCII,
)


def date(text: str) -> str | None:
    """The date of a DT or DTM (`2026-11-24`, `2026-11`, `2026`), empty for none, None when it is unreadable."""
    if not text.strip():
        return ""
    return None if _read(text) is None else _date(text.strip())


def date_time(text: str, zone: tzinfo) -> str | None:
    """The dateTime of a DTM, empty for none, None when it is unreadable."""
    if not text.strip():
        return ""
    moment = _read(text)
    if moment is None:
        return None
    match = _moment.fullmatch(text.strip())
    if match is None or not match["hour"]:
        return _date(text.strip())
    offset = match["offset"] or moment.replace(tzinfo=zone).strftime("%z")[:5]
    return f"{moment:%Y-%m-%dT%H:%M:%S}{match['fraction'] or ''}{offset[:3]}:{offset[3:]}"


def offset(text: str) -> int | None:
    """The offset of a DTM from UTC in minutes; None when it names none."""
    match = _moment.fullmatch(text.strip())
    if match is None or match["offset"] is None or not _offset_exists(match["offset"]):
        return None
    sign = -1 if match["offset"][0] == "-" else 1
    return sign * (int(match["offset"][1:3]) * 60 + int(match["offset"][3:]))


def period(start: str | None, end: str | None) -> dict[str, str]:
    """A Period of two dateTimes, without the parts that are missing; empty when it ends before it starts."""
    if start and end and inverted(start, end):
        return {}
    return {name: value for name, value in (("start", start), ("end", end)) if value}


def inverted(start: str, end: str) -> bool:
    """Whether the day of `end`, as far as both say it, is before that of `start`."""
    common = min(len(start), len(end), len("2026-11-24"))
    return start[:common] > end[:common]


def _read(text: str) -> datetime | None:
    """The moment without its offset, filled up to the second; None when no calendar or clock has it."""
    match = _moment.fullmatch(text.strip())
    if match is None or (match["offset"] and not _offset_exists(match["offset"])):
        return None
    names = ("year", "month", "day", "hour", "minute", "second")
    parts = [int(match[name] or ("1" if name in ("month", "day") else "0")) for name in names]
    try:
        return datetime(*parts)  # type: ignore[arg-type]
    except ValueError:
        return None


def _date(text: str) -> str:
    match = _moment.fullmatch(text)
    parts = match.group("year", "month", "day") if match else ()
    return "-".join(part for part in parts if part)


def _offset_exists(text: str) -> bool:
    hours, minutes = int(text[1:3]), int(text[3:])
    return (hours < 14 and minutes < 60) or (hours == 14 and minutes == 0)
