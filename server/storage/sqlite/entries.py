"""Index entries as a resource's row keeps them: packed keys, so that an update writes only what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from server.search.entries import Entries
from server.storage import spans
from server.storage.sqlite.keys import Keys, number

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
_decoder = msgspec.msgpack.Decoder(Packed)


def keyed(entries: Entries, keys: Keys) -> Packed:
    """The entries by their keys."""
    return Packed(
        frozenset(map(keys.term, entries.terms)),
        frozenset(
            (keys.parameter(name) + spans.class_of(low, high), number(low), number(high))
            for name, low, high in entries.spans
        ),
        frozenset((keys.parameter(name), text) for name, text in entries.texts),
    )


def pack(packed: Packed) -> bytes:
    """The entries as one value."""
    return _encoder.encode(packed)


def unpack(value: bytes | None) -> Packed:
    """The entries of a row; none of a deleted resource's."""
    return NONE if value is None else _decoder.decode(value)


def difference(before: Packed, after: Packed) -> Difference:
    """What turns the one into the other."""
    return Difference(
        Packed(before.terms - after.terms, before.spans - after.spans, before.texts - after.texts),
        Packed(after.terms - before.terms, after.spans - before.spans, after.texts - before.texts),
    )
