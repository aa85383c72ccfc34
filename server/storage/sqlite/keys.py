"""Index keys: terms and parameter names as 64-bit keyed hashes, numbers as values that SQLite orders rightly.

The hash is keyed by a secret of the database: nobody outside can make two terms collide, which would return the rows
of another and could cross a compartment.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b

from server.search.entries import Number

CLASSES = 8
"""How many duration classes a parameter has: the key of a span is the parameter's times CLASSES plus its class."""

_HOT = 65_536


class Keys:
    """The keys of one database."""

    __slots__ = ("parameter", "term")

    def __init__(self, secret: bytes) -> None:
        hashed = _hashing(secret)
        self.term: Callable[[str], int] = lru_cache(_HOT)(lambda text: hashed(b"t" + text.encode()))
        self.parameter: Callable[[str], int] = lru_cache(_HOT)(lambda name: hashed(b"p" + name.encode()) & -CLASSES)


def _hashing(secret: bytes) -> Callable[[bytes], int]:
    keyed = blake2b(digest_size=8, key=secret)

    def hashed(text: bytes) -> int:
        mac = keyed.copy()
        mac.update(text)
        return int.from_bytes(mac.digest(), "big", signed=True)

    return hashed


def number(value: Number) -> int | bytes:
    """A number as it is stored: an integer as it is, a decimal as bytes in its order."""
    return value if isinstance(value, int) else _ordered(value)


def _ordered(value: Decimal) -> bytes:
    """Sign, exponent and digits; the complement of them all below zero."""
    if not value:
        return b"\x80"
    digits = "".join(map(str, value.as_tuple().digits)).rstrip("0").encode()
    magnitude = (value.adjusted() + 2**31).to_bytes(4, "big") + digits
    if value > 0:
        return b"\x81" + magnitude
    return b"\x7f" + bytes(255 - byte for byte in magnitude) + b"\xff"
