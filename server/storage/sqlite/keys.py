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


SELF = "_self"
"""The name under which a resource has itself, as others refer to it."""


class Keys:
    """The keys of one database. That of a term is made of those of its name and its value, by exclusive or: SQL can
    then go from a resource to what refers to it.

    `mixed` says that there may be entries with the keys of version 1, which were hashes of whole terms.
    """

    __slots__ = ("_former", "mixed", "name", "octets", "parameter", "term", "value")

    def __init__(self, secret: bytes, mixed: bool = False) -> None:
        hashed = _hashing(secret)
        self.mixed = mixed
        self._former: Callable[[str], int] = lru_cache(_HOT)(lambda text: hashed(b"t" + text.encode()))
        self.name: Callable[[str], int] = lru_cache(_HOT)(lambda text: hashed(b"n" + text.encode()))
        self.value: Callable[[str], int] = lru_cache(_HOT)(lambda text: hashed(b"v" + text.encode()))
        self.term: Callable[[str], int] = lru_cache(_HOT)(self._term)
        self.octets: Callable[[str], bytes] = lru_cache(_HOT)(self._octets)
        self.parameter: Callable[[str], int] = lru_cache(_HOT)(lambda text: self.name(text) & -CLASSES)

    def terms(self, text: str) -> tuple[int, ...]:
        """All keys that the entries may have for a term."""
        return (self.term(text), self._former(text)) if self.mixed else (self.term(text),)

    def itself(self, reference: str) -> tuple[int, ...]:
        """All keys that the entries of a resource may have for itself."""
        own = self.term(f"{SELF}={reference}")
        return (own, self._former("{}._id={}".format(*reference.split("/", 1)))) if self.mixed else (own,)

    def _octets(self, text: str) -> bytes:
        return self.name(text).to_bytes(8, "big", signed=True)

    def _term(self, text: str) -> int:
        name, _, value = text.partition("=")
        return self.name(name) ^ self.value(value)


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


@lru_cache(4096)
def _ordered(value: Decimal) -> str:
    """Sign, exponent and digits; below zero the complement of both, and an end that is above all digits."""
    if not value:
        return "o"
    mantissa, _, exponent = f"{value:E}".partition("E")
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0")
    magnitude = f"{int(exponent) + 2**31:010}{digits}"
    return f"n{magnitude.translate(_COMPLEMENT)}~" if mantissa[0] == "-" else f"p{magnitude}"


_COMPLEMENT = str.maketrans("0123456789", "9876543210")
