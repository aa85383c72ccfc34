"""An expat parser that knows no DOCTYPE, entity, external reference or processing instruction.

Source: http://hl7.org/fhir/R4/security.html#narrative
"""

from __future__ import annotations

import re
from xml.parsers import expat

from server.fhir.errors import Invalid

SEPARATOR = " "
"""What stands between namespace and local name in the names that the parser reports."""

_space = re.compile(rb"[ \t\r\n]*")
_declaration = re.compile(rb"<\?xml[ \t\r\n][^>]*?\?>")
_utf8 = ("utf-8", "us-ascii", "ascii")


def parser() -> expat.XMLParserType:
    """A namespace-aware parser of UTF-8 that refuses what FHIR does not allow."""
    made = expat.ParserCreate("utf-8", SEPARATOR)
    made.namespace_prefixes = True
    made.buffer_text = True
    made.XmlDeclHandler = _check_encoding
    made.ProcessingInstructionHandler = _refuse_instruction
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def checked(text: bytes) -> bytes:
    """The text without byte order mark, once its prolog is known to hold no DOCTYPE; nothing is parsed for that."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in text[:4]:
        raise Invalid("XML is read in UTF-8 only")
    text = text.removeprefix(b"\xef\xbb\xbf")
    declared = _declaration.match(text)
    start = _behind_prolog(text, declared.end() if declared else 0)
    _check_start(text[start : start + 9])
    return text


def parse(made: expat.XMLParserType, text: bytes) -> None:
    """Run the parser over the whole text; raises Invalid where it is not well-formed."""
    try:
        made.Parse(text, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise Invalid(f"the body is not XML: {reason} (line {error.lineno}, column {error.offset + 1})") from error


def _behind_prolog(text: bytes, start: int) -> int:
    """Where white space and comments end. By hand: possessive expressions go wrong in Python before 3.11.5."""
    start = _behind_space(text, start)
    while text.startswith(b"<!--", start):
        end = text.find(b"--", start + 4)
        if end < 0 or text[end + 2 : end + 3] != b">":
            break
        start = _behind_space(text, end + 3)
    return start


def _behind_space(text: bytes, start: int) -> int:
    return _space.match(text, start).end()  # type: ignore[union-attr]  # it matches emptiness


def _check_start(start: bytes) -> None:
    if start.upper().startswith(b"<!DOCTYPE"):
        _refuse_doctype()
    if start.startswith(b"<?"):
        _refuse_instruction()
    if not start.startswith(b"<"):
        raise Invalid("the body is not XML: it does not begin with an element")


def _check_encoding(version: str, encoding: str | None, standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _utf8:
        raise Invalid("XML is read in UTF-8 only, the body declares another encoding")


def _refuse_instruction(*_: str) -> None:
    raise Invalid("processing instructions are not allowed in XML")


def _refuse_doctype(*_: object) -> None:
    raise Invalid("a DOCTYPE is not allowed in XML")
