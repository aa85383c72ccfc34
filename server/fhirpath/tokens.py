"""The tokens of an expression.

Source: http://hl7.org/fhirpath/N1/#lexical-elements
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.fhirpath.errors import Unparsable

LIMIT = 100_000
"""How many characters an expression may have."""

_DATE = r"\d{4}(?:-\d\d(?:-\d\d)?)?"
_CLOCK = r"\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?"
_token = re.compile(
    rf"""(?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
    |(?P<endless>/\*)
    |(?P<datetime>@{_DATE}T(?:{_CLOCK})?(?:Z|[+-]\d\d:\d\d)?)
    |(?P<date>@{_DATE})
    |(?P<time>@T{_CLOCK})
    |(?P<number>\d{{1,30}}(?:\.\d{{1,30}})?(?!\d))
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<delimited>`(?:[^`\\]|\\.)*`)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<special>\$(?:this|index|total)\b)
    |(?P<symbol><=|>=|!=|!~|[-+*/&|=~<>.,()\[\]{{}}%])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_escape = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is a group of the grammar above or `end`; `text` is what stands there, strings and names unescaped."""

    kind: str
    text: str
    position: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text and then one of kind `end`; raises Unparsable."""
    if len(text) > LIMIT:
        raise Unparsable(f"it is longer than {LIMIT:,} characters", LIMIT)
    position = 0
    while position < len(text):
        found = _token.match(text, position)
        if found is None or found.lastgroup is None:
            raise Unparsable("there is a character that belongs to nothing", position)
        if found.lastgroup == "endless":
            raise Unparsable("there is a comment that does not end", position)
        if found.lastgroup != "space":
            yield _token_of(found.lastgroup, found.group(), position)
        position = found.end()
    yield Token("end", "", position)


def _token_of(kind: str, text: str, position: int) -> Token:
    if kind == "string":
        return Token(kind, _unescaped(text[1:-1], position), position)
    if kind == "delimited":
        return Token(kind, _unescaped(text[1:-1], position), position)
    if kind in ("date", "datetime", "time"):
        return Token(kind, text[1:], position)
    return Token(kind, text, position)


def _unescaped(text: str, position: int) -> str:
    def character(found: re.Match[str]) -> str:
        if found.group(1):
            return chr(int(found.group(1), 16))
        if found.group(2) not in _ESCAPES:
            raise Unparsable("there is an unknown escape sequence", position)
        return _ESCAPES[found.group(2)]

    if "\\" not in text:
        return text
    try:
        return _escape.sub(character, text).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise Unparsable("there is half a character", position) from error
