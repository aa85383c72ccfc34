"""Whether a narrative keeps to the HTML that it may use, and says something.

Source: http://hl7.org/fhir/R4/narrative.html#rules
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhir import xml_narrative, xml_parser

ELEMENTS = frozenset((
    "a", "abbr", "acronym", "address", "b", "basefont", "bdo", "big", "blockquote", "br", "caption", "cite",
    "code", "col", "colgroup", "dd", "dfn", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong",
    "style", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
))  # fmt: skip
"""The elements that a narrative may have: text, lists, tables, alignment and fonts, anchors, images and styles."""
_LINKS = ("href", "src")


def proper(div: str) -> bool:
    """Whether the div is XHTML of these elements alone, without scripts, and has text or an image."""
    try:
        text = xml_narrative.embeddable(div)
    except ValueError:
        return False
    parser, seen = xml_parser.parser(), _Seen()
    parser.StartElementHandler = seen.element
    parser.CharacterDataHandler = seen.text
    xml_parser.parse(parser, text.encode())
    return seen.something and not seen.forbidden


class _Seen:
    """What a narrative was seen to have."""

    def __init__(self) -> None:
        self.something = False
        self.forbidden = False

    def element(self, qualified: str, attributes: Mapping[str, str]) -> None:
        name = qualified.rpartition(" ")[2]
        self.something |= name == "img"
        self.forbidden |= name not in ELEMENTS or any(map(_active, attributes.items()))

    def text(self, text: str) -> None:
        self.something |= not text.isspace()


def _active(attribute: tuple[str, str]) -> bool:
    """Whether an attribute runs a script."""
    name, value = attribute
    return name.startswith("on") or (name in _LINKS and value.strip().lower().startswith(("javascript:", "vbscript:")))
