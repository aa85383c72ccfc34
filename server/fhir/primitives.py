"""The primitive types: which JSON value each takes, by grammar and calendar.

Source: http://hl7.org/fhir/R4/datatypes.html#primitive
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from server.fhir import xml_narrative
from server.fhir.exact import Exact
from server.fhir.resource import Json

Accepts = Callable[[Json], bool]

LENGTH_LIMIT = 1024 * 1024
"""How many characters a string may have."""

LARGEST = 2**31 - 1
SMALLEST = -(2**31)

_YEAR = "(?!0000)[0-9]{4}"
_MONTH_AND_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))"
)
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"

_stray = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_space = re.compile("[\x00-\x20\ufffe\uffff]")
_code = re.compile("[^\x00-\x20\ufffe\uffff]+(?: [^\x00-\x20\ufffe\uffff]+)*")
_id = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_oid = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
_uuid = re.compile("urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_base64 = re.compile("[A-Za-z0-9+/]+={0,2}")
_base64_space = str.maketrans("", "", " \t\r\n")
_date = re.compile(f"{_YEAR}(?:-(?:{_MONTH_AND_DAY}|0[1-9]|1[0-2]))?")
_date_time = re.compile(f"{_YEAR}(?:-(?:{_MONTH_AND_DAY}(?:T{_CLOCK}{_ZONE})?|0[1-9]|1[0-2]))?")
_instant = re.compile(f"{_YEAR}-{_MONTH_AND_DAY}T{_CLOCK}{_ZONE}")
_time = re.compile(_CLOCK)


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a primitive type accepts: `json` names the JSON type, `rule` says in words what `accepts` decides."""

    name: str
    json: str
    accepts: Accepts
    rule: str


def json_type(value: Json) -> str:
    """The name of a value's JSON type, with its article."""
    return _JSON_TYPES.get(type(value), "a value that is not JSON")


def boolean(value: Json) -> bool:
    """Whether the value is true or false."""
    return value is True or value is False


def integer(value: Json) -> bool:
    """Whether the value is a whole number of 32 bits."""
    return type(value) is int and SMALLEST <= value <= LARGEST


def unsigned_int(value: Json) -> bool:
    """Whether the value is a whole number from 0 on."""
    return type(value) is int and 0 <= value <= LARGEST


def positive_int(value: Json) -> bool:
    """Whether the value is a whole number from 1 on."""
    return type(value) is int and 1 <= value <= LARGEST


def decimal(value: Json) -> bool:
    """Whether the value is an exact number."""
    return type(value) is int or (isinstance(value, Decimal) and value.is_finite())


def string(value: Json) -> bool:
    """Whether the value is a text that is neither empty nor too long."""
    return (
        type(value) is str and 0 < len(value) <= LENGTH_LIMIT and (value.isprintable() or _stray.search(value) is None)
    )


def uri(value: Json) -> bool:
    """Whether the value is a text without white space."""
    if type(value) is not str or not value:
        return False
    return (value.isprintable() and " " not in value) or _space.search(value) is None


def code(value: Json) -> bool:
    """Whether the value is a text without white space but single spaces inside."""
    return type(value) is str and (value.isalnum() or _code.fullmatch(value) is not None)


def base64_binary(value: Json) -> bool:
    """Whether the value is base64 with its padding; white space may break it."""
    if type(value) is not str:
        return False
    text = value.translate(_base64_space) if _space.search(value) else value
    return len(text) % 4 == 0 and _base64.fullmatch(text) is not None


def xhtml(value: Json) -> bool:
    """Whether the value is one well-formed div, as XML can hold it, that says something."""
    if type(value) is not str:
        return False
    try:
        return xml_narrative.telling(value)
    except ValueError:
        return False


def day_exists(text: str) -> bool:
    """Whether a date or dateTime that its grammar accepts is on the calendar: 29 February is in leap years only."""
    return text[5:10] != "02-29" or isleap(int(text[:4]))


def _matching(pattern: re.Pattern[str]) -> Accepts:
    matches = pattern.fullmatch
    return lambda value: type(value) is str and matches(value) is not None


def _dated(pattern: re.Pattern[str]) -> Accepts:
    matches = pattern.fullmatch
    return lambda value: type(value) is str and matches(value) is not None and day_exists(value)


_JSON_TYPES: Mapping[type, str] = {
    bool: "a boolean",
    int: "a number",
    Decimal: "a number",
    Exact: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
    type(None): "null",
}

_TEXT = "is not empty, has up to 1,048,576 characters and no control characters but tab, line feed and carriage return"
_NO_SPACE = "is not empty and has no white space"

GRAMMARS: Mapping[str, Grammar] = {
    grammar.name: grammar
    for grammar in (
        Grammar("base64Binary", "a string", base64_binary, "is base64 text with its padding"),
        Grammar("boolean", "a boolean", boolean, "is true or false"),
        Grammar("canonical", "a string", uri, _NO_SPACE),
        Grammar("code", "a string", code, "has no white space but single spaces inside"),
        Grammar("date", "a string", _dated(_date), "is YYYY, YYYY-MM or YYYY-MM-DD, a day of the calendar"),
        Grammar(
            "dateTime",
            "a string",
            _dated(_date_time),
            "is YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz, a moment of the calendar",
        ),
        Grammar("decimal", "a number", decimal, "is a finite number"),
        Grammar("id", "a string", _matching(_id), "has 1 to 64 letters, digits, hyphens and dots"),
        Grammar("instant", "a string", _dated(_instant), "is YYYY-MM-DDThh:mm:ss+zz:zz, a moment of the calendar"),
        Grammar("integer", "a number", integer, "is a whole number from -2,147,483,648 to 2,147,483,647"),
        Grammar("markdown", "a string", string, _TEXT),
        Grammar("oid", "a string", _matching(_oid), "is urn:oid: and an object identifier"),
        Grammar("positiveInt", "a number", positive_int, "is a whole number from 1 to 2,147,483,647"),
        Grammar("string", "a string", string, _TEXT),
        Grammar("time", "a string", _matching(_time), "is hh:mm:ss without a zone"),
        Grammar("unsignedInt", "a number", unsigned_int, "is a whole number from 0 to 2,147,483,647"),
        Grammar("uri", "a string", uri, _NO_SPACE),
        Grammar("url", "a string", uri, _NO_SPACE),
        Grammar("uuid", "a string", _matching(_uuid), "is urn:uuid: and a UUID in lower case"),
        Grammar("xhtml", "a string", xhtml, "is one well-formed div with text or an image in it"),
    )
}
"""Every primitive type of R4."""
