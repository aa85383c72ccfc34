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


def number(value: Number) -> int | str:
    """A number as it is stored: an integer as it is, a decimal as a text in its order."""
    return value if isinstance(value, int) else _ordered(value)


def _ordered(value: Decimal) -> str:
    """Sign, exponent and digits; below zero the complement of both, and an end that is above all digits."""
    if not value:
        return "o"
    digits = "".join(map(str, value.as_tuple().digits)).rstrip("0")
    magnitude = f"{value.adjusted() + 2**31:010}{digits}"
    return f"p{magnitude}" if value > 0 else f"n{magnitude.translate(_COMPLEMENT)}~"


_COMPLEMENT = str.maketrans("0123456789", "9876543210")
