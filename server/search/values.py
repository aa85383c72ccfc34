"""The text of a search value: commas, pipes and dollars separate unless a backslash stands before them.

Source: http://hl7.org/fhir/R4/search.html#escaping
"""

from __future__ import annotations

import re

_split = {mark: re.compile(rf"(?<!\\)((?:\\\\)*){re.escape(mark)}") for mark in ",|$"}
_escaped = re.compile(r"\\([,|$\\])")


def split(text: str, mark: str) -> tuple[str, ...]:
    """The parts between unescaped marks, still escaped."""
    if "\\" not in text:
        return tuple(text.split(mark))
    pieces = _split[mark].split(text)
    return tuple(part + slashes for part, slashes in zip(pieces[::2], [*pieces[1::2], ""], strict=True))


def unescape(text: str) -> str:
    """What an escaped part stands for."""
    return _escaped.sub(r"\1", text) if "\\" in text else text


def escape(text: str) -> str:
    """The text as one part of a search value."""
    return re.sub(r"([,|$\\])", r"\\\1", text)
