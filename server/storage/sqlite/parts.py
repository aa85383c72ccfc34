"""Sizes that statements are prepared for.

Each step of a statement lets go of the interpreter and takes it back; row by row, a busy event loop would keep the
writer waiting at every row. One statement of many rows lets go once; few sizes keep few statements prepared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

_SIZES = (256, 64, 16, 4, 2, 1)

T = TypeVar("T")


def parts(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    """The whole in order, in as few parts as these sizes allow."""
    place = 0
    for size in _SIZES:
        while len(listed) - place >= size:
            yield listed[place : place + size]
            place += size
