"""The encoding characters of a message, from MSH-1 and MSH-2.

Source: http://www.hl7.eu/refactored/msg-encoding.html (chapter 2.5.4, message delimiters)
"""

from __future__ import annotations

from dataclasses import dataclass

from server.hl7v2.faults import REQUIRED_FIELD, SEGMENT_SEQUENCE, Place, Unreadable

MOST = 5
"""How many encoding characters MSH-2 may name."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """What separates and escapes; a character that the message does not name is empty and never splits."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""


STANDARD = Delimiters()


def of_header(header: str) -> Delimiters:
    """The encoding characters of an MSH segment; raises Unreadable when they cannot separate anything."""
    separator = header[3:4]
    encoding = header[4:].partition(separator)[0] if separator else ""
    if not encoding:
        raise Unreadable(Place("MSH", 1, 2), REQUIRED_FIELD, "the header names no encoding characters")
    characters = separator + encoding
    if len(encoding) > MOST or len(set(characters)) < len(characters) or not all(map(_separates, characters)):
        raise Unreadable(Place("MSH", 1, 2), SEGMENT_SEQUENCE, "the encoding characters must be distinct punctuation")
    return Delimiters(separator, *(encoding[at : at + 1] for at in range(MOST)))


def _separates(character: str) -> bool:
    return " " < character < "\x7f" and not character.isalnum()
