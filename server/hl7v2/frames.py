"""Frames of MLLP, free of any socket: bytes in, whole messages out.

A frame begins with VT and ends with FS (and the CR that should follow). Outside of frames there is nothing but line
ends and blanks: whoever says more speaks another protocol, as a browser would that a web page sends here. A start block
inside a frame drops the half frame before it, which its sender will send again.

Source: http://www.hl7.org/documentcenter/public/wg/inm/mllp_transport_specification.PDF
"""

from __future__ import annotations

from collections.abc import Iterator

START = b"\x0b"
END = b"\x1c"
CHUNK = 65_536
FRAME_LIMIT = 10_000_000
"""How many bytes a message may have."""


class Oversized(Exception):
    """A frame grows beyond its limit."""


class Unframed(Exception):
    """Something is said outside of frames."""


def frame(message: bytes) -> bytes:
    """The frame of a message."""
    return START + message + END + b"\r"


class Frames:
    """A reader of frames. It holds at most one unfinished frame, and never more than `limit` bytes of it."""

    __slots__ = ("_open", "_parts", "_size", "limit")

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self.limit = limit
        self._open = False
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that `data` completes, in order; raises Oversized or Unframed."""
        ended = data.split(END)
        for part in ended[:-1]:
            self._take(part)
            if self._open:
                yield self._finish()
        self._take(ended[-1])

    def _take(self, part: bytes) -> None:
        """Add bytes that hold no end block to the open frame, or to the one that the last start block opens."""
        if not self._open and part.partition(START)[0].strip():
            raise Unframed
        _, mark, rest = part.rpartition(START)
        if mark:
            self._begin()
        elif not self._open:
            return
        self._size += len(rest)
        if self._size > self.limit:
            raise Oversized
        self._parts.append(rest)

    def _begin(self) -> None:
        self._open, self._parts, self._size = True, [], 0

    def _finish(self) -> bytes:
        message = b"".join(self._parts)
        self._open, self._parts, self._size = False, [], 0
        return message
