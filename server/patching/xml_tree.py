"""XML documents as trees that an XML Patch changes; what could harm a reader is refused as it is in resources.

Sources: http://hl7.org/fhir/R4/xml.html, https://www.w3.org/TR/xml-names/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from server.fhir import xml_parser
from server.fhir.codec import DEPTH_LIMIT
from server.fhir.errors import Invalid
from server.fhir.xml_shapes import XHTML

XML = "http://www.w3.org/XML/1998/namespace"

Name: TypeAlias = tuple[str, str]
"""Namespace, empty for none, and local name."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment."""

    text: str


@dataclass(frozen=True, slots=True)
class Element:
    """An element. `scope` are the namespaces that its text may name, by prefix, the default one by the empty prefix.

    `source` is the text of a narrative, which is written as it stood for as long as nothing in it changes.
    """

    name: Name
    attributes: Mapping[Name, str] = field(default_factory=dict)
    children: tuple[Content, ...] = ()
    scope: Mapping[str, str] = field(default_factory=dict, compare=False)
    source: str = field(default="", compare=False)

    def having(self, children: Sequence[Content]) -> Element:
        """The same element with other children."""
        return replace(self, children=tuple(children), source="")

    def stating(self, attributes: Mapping[Name, str]) -> Element:
        """The same element with other attributes."""
        return replace(self, attributes=attributes, source="")

    @property
    def elements(self) -> tuple[Element, ...]:
        """The children that are elements."""
        return tuple(one for one in self.children if isinstance(one, Element))

    @property
    def text(self) -> str:
        """All text within, as XPath's string value."""
        return "".join(one if isinstance(one, str) else one.text for one in self.children if not _comment(one))


Content: TypeAlias = Element | Comment | str
DOCUMENT: Name = ("", "")
"""The name of what stands for a whole document."""


def read(text: bytes) -> Element:
    """The document of a text, whose one element is below what is given; raises Invalid."""
    return _Reader(text).document()


def _comment(one: Content) -> bool:
    return isinstance(one, Comment)


@dataclass(slots=True)
class _Open:
    """An element that has begun and not ended."""

    name: Name
    attributes: Mapping[Name, str]
    scope: Mapping[str, str]
    start: int
    children: list[Content] = field(default_factory=list)


class _Reader:
    def __init__(self, text: bytes) -> None:
        self._text = xml_parser.checked(text)
        self._parser = xml_parser.parser()
        self._parser.StartNamespaceDeclHandler = self._declare
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._add
        self._parser.CommentHandler = lambda text: self._add(Comment(text))
        self._declared: dict[str, str] = {}
        self._open = [_Open(DOCUMENT, {}, {}, 0)]

    def document(self) -> Element:
        xml_parser.parse(self._parser, self._text)
        return Element(DOCUMENT, children=tuple(self._open[0].children))

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._declared[prefix or ""] = uri or ""

    def _start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        outer = self._open[-1].scope
        scope = {**outer, **self._declared} if self._declared else outer
        self._declared = {}
        if len(self._open) > 2 * DEPTH_LIMIT:
            raise Invalid(f"the body nests deeper than {2 * DEPTH_LIMIT} levels")
        named = {_name(name): value for name, value in attributes.items()}
        if any(space not in ("", XML) for space, _ in named):
            raise Invalid("attributes of a namespace other than that of XML are not allowed")
        self._open.append(_Open(_name(qualified), named, scope, self._parser.CurrentByteIndex))

    def _end(self, _: str) -> None:
        done = self._open.pop()
        source = self._source(done) if self._narrative(done.name) else ""
        self._add(Element(done.name, done.attributes, tuple(done.children), done.scope, source))

    def _add(self, content: Content) -> None:
        self._open[-1].children.append(content)

    def _narrative(self, name: Name) -> bool:
        """Whether an element that ends is the outermost one of a narrative that another document can take as it is."""
        return name == (XHTML, "div") and self._open[-1].name[0] != XHTML

    def _source(self, done: _Open) -> str:
        """The text of an element that declares its own namespace and no prefix, and has an end tag; else empty."""
        end = self._parser.CurrentByteIndex
        whole = self._text[done.start : self._text.find(b">", end) + 1].decode()
        own = whole.startswith("<div ") and whole.endswith("</div>") and end > done.start
        return whole if own and set(done.scope) <= {""} and f'xmlns="{XHTML}"' in whole.partition(">")[0] else ""


def _name(qualified: str) -> Name:
    """A name as the parser reports it; a third part would be the prefix."""
    space, _, local = qualified.rpartition(" ")
    if " " in space:
        space, _, local = space.partition(" ")
    return space, local
