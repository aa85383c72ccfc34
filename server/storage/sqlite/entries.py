"""Index entries as a resource's row keeps them: packed keys, so that an update writes only what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from server.search.entries import Entries, Number
from server.storage import spans
from server.storage.sqlite.keys import SELF, Keys, number

Stored: TypeAlias = int | str


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """The keyed entries of one resource: terms as k, spans as (k, lo, hi), texts as (k, v)."""

    terms: frozenset[int] = frozenset()
    spans: frozenset[tuple[int, Stored, Stored]] = frozenset()
    texts: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """What must be removed and what added."""

    removed: Packed
    added: Packed


NONE = Packed()
_encoder = msgspec.msgpack.Encoder()
_text = msgspec.json.Encoder()
_decoder = msgspec.msgpack.Decoder(Packed)


def keyed(entries: Entries, keys: Keys, reference: str) -> Packed:
    """The entries of the live resource that a reference names, by their keys; it has itself among them."""
    return Packed(
        frozenset(map(keys.term, (*entries.terms, f"{SELF}={reference}"))),
        frozenset(_span(keys, *one) for one in entries.spans),
        frozenset((keys.parameter(name), text) for name, text in entries.texts),
    )


def _span(keys: Keys, name: str, low: Number, high: Number) -> tuple[int, Stored, Stored]:
    first = number(low)
    return keys.parameter(name) + spans.class_of(low, high), first, first if high is low else number(high)


Facets: TypeAlias = tuple[bytes, str]
"""The keys of the parameters that have values, one behind the other; links as JSON, each a name's key and a value's."""


def facets(entries: Entries, keys: Keys, reference: str) -> Facets:
    """What a live resource has beside its entries; it links to itself under a name of its own."""
    links = [(keys.name(name), keys.value(to)) for name, to in (*entries.links, (SELF, reference))]
    return b"".join(map(keys.octets, entries.valued)), _text.encode(links).decode()


def pack(packed: Packed) -> bytes:
    """The entries as one value."""
    return _encoder.encode(packed)


def unpack(value: bytes | None) -> Packed:
    """The entries of a row; none of a deleted resource's."""
    return NONE if value is None else _decoder.decode(value)


def _parts(packed: Packed) -> tuple[frozenset[Any], ...]:
    return packed.terms, packed.spans, packed.texts


def difference(before: Packed, after: Packed) -> Difference:
    """What turns the one into the other."""
    return Difference(
        Packed(*(one - other for one, other in zip(_parts(before), _parts(after), strict=True))),
        Packed(*(other - one for one, other in zip(_parts(before), _parts(after), strict=True))),
    )
