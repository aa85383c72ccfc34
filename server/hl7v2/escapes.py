"""Escape sequences of HL7 v2 text: delimiters, line breaks and bytes by their hexadecimal digits.

Source: http://www.hl7.eu/refactored/msg-encoding.html (chapter 2.7, use of escape sequences in text fields)
"""

from __future__ import annotations

import re

from server.hl7v2.delimiters import Delimiters

_hexadecimal = re.compile(r"X(?:[0-9A-Fa-f]{2})+")
_LETTERS = {"F": "field", "S": "component", "T": "subcomponent", "R": "repetition", "E": "escape", "P": "truncation"}


def unescape(text: str, delimiters: Delimiters) -> str:
    """The text that a leaf stands for; an unknown or unfinished sequence stays as it is."""
    mark = delimiters.escape
    if not mark or mark not in text:
        return text
    head, *parts = text.split(mark)
    out, index = [head], 0
    while index < len(parts):
        meaning = _meaning(parts[index], delimiters) if index + 1 < len(parts) else None
        if meaning is None:
            out.append(mark + parts[index])
            index += 1
        else:
            out.append(meaning + parts[index + 1])
            index += 2
    return "".join(out)


def escape(text: str, delimiters: Delimiters) -> str:
    """The leaf that stands for a text, the inverse of `unescape`; raises ValueError for want of an escape character."""
    letters = {getattr(delimiters, name): letter for letter, name in _LETTERS.items() if getattr(delimiters, name)}
    sequences = letters | {"\r": "X0D", "\n": "X0A"}
    if delimiters.escape:
        return "".join(_sequence(sequences, character, delimiters.escape) for character in text)
    if sequences.keys() & set(text):
        raise ValueError("these encoding characters have no escape character")
    return text


def _sequence(sequences: dict[str, str], character: str, mark: str) -> str:
    letter = sequences.get(character)
    return character if letter is None else f"{mark}{letter}{mark}"


def _meaning(sequence: str, delimiters: Delimiters) -> str | None:
    """What stands between two escape characters means; None when it means nothing known here."""
    if sequence in _LETTERS:
        return getattr(delimiters, _LETTERS[sequence]) or None
    if sequence == ".br":
        return "\n"
    return _bytes(sequence[1:]) if _hexadecimal.fullmatch(sequence) else None


def _bytes(digits: str) -> str:
    data = bytes.fromhex(digits)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
