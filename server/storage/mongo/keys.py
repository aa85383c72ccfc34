"""Index keys: terms and texts as strings of one array, numbers as values that MongoDB compares exactly.

A string of the array begins with what it is: `=` and a whole term, `#` and the digest of a long one, `^` with a
parameter, a separator and the beginning of a text; empty, it marks a live resource.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from hashlib import blake2b
from typing import TypeAlias

from bson import Decimal128, Int64

from server.search.entries import Number
from server.storage import spans
from server.storage.mongo.schema import Document

Stored: TypeAlias = Int64 | Decimal128

LIVE = ""
"""The string that every live resource has, and a deleted one has not."""
LONG = 200
"""A term that has more characters is kept as its digest, a text in the array only to this length."""
_SEPARATOR = "\x1f"

_upward = Context(34, ROUND_CEILING, -6143, 6144, clamp=1, traps=[])
_downward = Context(34, ROUND_FLOOR, -6143, 6144, clamp=1, traps=[])


def term(key: str) -> str:
    """The string of a term."""
    return f"={key}" if len(key) <= LONG else f"#{blake2b(key.encode(), digest_size=32).hexdigest()}"


def whole(name: str, value: str) -> str:
    """The string of a text in its full length."""
    return f"^{name}{_SEPARATOR}{value}"


def beginning(name: str, value: str) -> str:
    """The string of a text, or of its beginning when it is long."""
    return whole(name, value[:LONG])


def successor(text: str) -> str:
    """The least string after all that begin with this one, which has a character that is not the last of Unicode."""
    stem = text.rstrip("\U0010ffff")
    code = ord(stem[-1])
    return stem[:-1] + chr(0xE000 if code == 0xD7FF else code + 1)  # surrogates are no characters


def link(parameter: str) -> str:
    """The field of the references of a parameter."""
    return parameter.replace(".", "~")


def up(value: Number) -> Stored:
    """The least stored number that is not below the value."""
    return Int64(value) if isinstance(value, int) else Decimal128(_upward.plus(value))


def down(value: Number) -> Stored:
    """The greatest stored number that is not above the value."""
    return Int64(value) if isinstance(value, int) else Decimal128(_downward.plus(value))


def span(name: str, low: Number, high: Number) -> Document:
    """The document of a span; one that has more digits than MongoDB keeps is widened."""
    return {"k": span_key(name, spans.class_of(low, high)), "lo": down(low), "hi": up(high)}


def span_key(name: str, class_: int) -> str:
    """The key of the spans of a parameter that are of this class."""
    return f"{name}~{class_}"


def exactly(value: int) -> Decimal128:
    """A whole number of at most 34 digits."""
    return Decimal128(Decimal(value))
