"""Characters of a message: the character set that MSH-18 declares, from bytes to text and back.

A message that declares nothing is UTF-8 when its bytes are, and Latin-1 when they are not: senders who never heard of
MSH-18 send one or the other, no byte is lost either way, and text that is not UTF-8 almost never passes for it.

Source: http://v2plus.hl7.org/2021Jan/segment-definition/MSH.html (table 0211)
"""

from __future__ import annotations

from collections.abc import Mapping

from server.hl7v2.faults import TABLE_VALUE, Place, Unreadable

CODECS: Mapping[str, str] = {
    "ASCII": "ascii",
    "ISO IR6": "ascii",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
}
"""Declared name to codec; sets that switch by escape sequences inside the text are not taken."""

PLACE = Place("MSH", 1, 18)


def decode(data: bytes) -> str:
    """The text of a message; raises Unreadable for an unknown character set or bytes that are not in it."""
    name = _declared(data)
    if not name:
        return _undeclared(data)
    try:
        return data.decode(_codec(name))
    except UnicodeDecodeError as error:
        raise Unreadable(PLACE, TABLE_VALUE, "the bytes are not in the declared character set") from error


def taken(name: str) -> bool:
    """Whether a text can be read and written in a set of this name."""
    return name.upper() in CODECS


def ascii_only(data: bytes) -> str:
    """The text of some bytes of no known character set, as far as it is ASCII; a question mark for each other byte."""
    return data.decode("ascii", "replace").replace("\ufffd", "?")


def encode(text: str, name: str) -> bytes:
    """The bytes of a text in the declared character set, UTF-8 when none or an unknown one is declared."""
    return text.encode(CODECS.get(name.upper(), "utf-8"), "replace")


def _declared(data: bytes) -> str:
    """MSH-18, found before anything is decoded: every set taken here writes the header's separators as ASCII does."""
    header = data.lstrip(b"\xef\xbb\xbf \t\r\n").replace(b"\n", b"\r").partition(b"\r")[0]
    fields = header.split(header[3:4]) if len(header) > 3 else []
    first = fields[17].split(header[5:6] or None)[:1] if len(fields) > 17 else []
    return first[0].decode("latin-1").strip() if first else ""


def _codec(name: str) -> str:
    codec = CODECS.get(name.upper())
    if codec is None:
        raise Unreadable(PLACE, TABLE_VALUE, "the declared character set is not taken")
    return codec


def _undeclared(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
