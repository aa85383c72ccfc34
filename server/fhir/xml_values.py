"""Primitive values as XML attribute text and back.

Sources: http://hl7.org/fhir/R4/xml.html, http://hl7.org/fhir/R4/datatypes.html#primitive
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from server.fhir import exact
from server.fhir.resource import Json

_integer_text = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
# as long as JSON decoding reads it, the sign included
_whole_text = re.compile(r"(?=.{1,4300}\Z)-?(?:0|[1-9][0-9]*)")
_decimal_text = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)")
_special = re.compile('[&<"\x00-\x1f\ud800-\udfff\ufffe\uffff]')
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML 1.0 document can hold, not even as references."""

_references = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def boolean(text: str) -> bool:
    """The boolean `true` or `false`; raises ValueError."""
    if text not in ("true", "false"):
        raise ValueError("a boolean is true or false")
    return text == "true"


def integer(text: str) -> int:
    """An integer without leading zeros or plus sign; raises ValueError."""
    if _integer_text.fullmatch(text) is None:
        raise ValueError("an integer has up to 18 digits and no leading zero")
    return int(text)


def decimal(text: str) -> Decimal | int:
    """A decimal as JSON decoding gives it: exact, an int where it has neither fraction nor exponent."""
    if _whole_text.fullmatch(text):
        return int(text)
    if _decimal_text.fullmatch(text) is None:
        raise ValueError("a decimal is a number such as 72.50")
    try:
        return exact.number(text)
    except InvalidOperation as error:
        raise ValueError("the decimal's exponent is out of range") from error


READERS: Mapping[str, Callable[[str], Json]] = {
    "boolean": boolean,
    "integer": integer,
    "positiveInt": integer,
    "unsignedInt": integer,
    "decimal": decimal,
}
"""How the text of a primitive type becomes a JSON value; the text itself for every other type."""


def text(value: Json) -> str:
    """The text of a boolean, number or string; raises ValueError when it is none of these."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    raise ValueError("a primitive value is expected")


def quoted(value: str) -> str:
    """The text inside quotation marks as an attribute; raises ValueError for a character that XML cannot carry."""
    if _special.search(value) is None:
        return f'"{value}"'
    refuse_forbidden(value)
    return f'"{value.translate(_references)}"'


def refuse_forbidden(value: str) -> None:
    """Raise ValueError for a character that XML cannot carry."""
    found = FORBIDDEN.search(value)
    if found is not None:
        raise ValueError(f"the character U+{ord(found.group()):04X} cannot be carried in XML; ask for JSON")
