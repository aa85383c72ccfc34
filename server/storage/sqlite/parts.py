"""Sizes that statements are prepared for.

Each step of a statement lets go of the interpreter and takes it back; row by row, a busy event loop would keep the
writer waiting at every row. One statement of many rows lets go once; a largest size keeps few statements prepared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

_MOST = 64

T = TypeVar("T")


def parts(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    """The whole in order, in as few parts as there may be."""
    return (listed[place : place + _MOST] for place in range(0, len(listed), _MOST))
