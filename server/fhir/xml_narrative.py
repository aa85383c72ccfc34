"""Narratives: XHTML that JSON holds as a string and XML as part of the document, here the same text in both.

Sources: http://hl7.org/fhir/R4/narrative.html, http://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.entities import html5

from server.fhir import xml_parser, xml_values
from server.fhir.codec import DEPTH_LIMIT
from server.fhir.errors import Invalid
from server.fhir.xml_shapes import XHTML

_SPACE = " \t\r\n"
_XML = "http://www.w3.org/XML/1998/namespace "
_named = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31};)")
_kept = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))
_bare = re.compile(r"\A<div(?=[ \t\r\n>])(?![^>]*\sxmlns\s*=)")


class Div:
    """The events of one div, checked so that its text means the same in any document.

    `telling` is whether there was something to see: text other than white space, or an image.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.telling = False

    def start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        """An element begins, named as the parser names it; raises ValueError where a narrative may not have it."""
        if not self.depth and qualified != XHTML + " div":
            raise ValueError(f"the narrative must be a div of the namespace {XHTML}")
        self.depth += 1
        self.telling |= qualified == XHTML + " img"
        if self.depth > DEPTH_LIMIT:
            raise ValueError(f"the narrative nests deeper than {DEPTH_LIMIT} levels")
        foreign = any(" " in name and not name.startswith(_XML) for name in attributes)
        if foreign or qualified.count(" ") > 1:
            raise ValueError("the narrative may not use namespace prefixes")

    def text(self, text: str) -> None:
        """Some text, part of a run of it perhaps."""
        self.telling = self.telling or bool(text.strip(_SPACE))

    def end(self, _: str) -> None:
        """An element ends."""
        self.depth -= 1


def embeddable(div: str) -> str:
    """The div as XML can hold it: named HTML characters written out, its namespace declared; raises ValueError."""
    return _read(div)[0]


def telling(div: str) -> bool:
    """Whether a div says something, as txt-2 demands; raises ValueError where XML cannot hold it."""
    return _read(div)[1].telling


def _read(div: str) -> tuple[str, Div]:
    xml_values.refuse_forbidden(div)
    text = _bare.sub(f'<div xmlns="{XHTML}"', _named.sub(_character, div.strip(_SPACE)))
    if not text.startswith("<div"):
        raise ValueError("the narrative does not begin with a div")
    try:
        return text, _events(text.encode())
    except Invalid as error:
        raise ValueError(f"the narrative cannot be carried in XML: {error}") from error


def _events(text: bytes) -> Div:
    parser, div = xml_parser.parser(), Div()
    parser.StartElementHandler = div.start
    parser.EndElementHandler = div.end
    parser.CharacterDataHandler = div.text
    xml_parser.parse(parser, text)
    return div


def _character(found: re.Match[str]) -> str:
    name = found.group(1)
    return found.group() if name in _kept else html5.get(name, found.group())
