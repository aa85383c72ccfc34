"""Trees as XML text: each element declares its own namespace where that is not its parent's.

Source: http://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from server.fhir import xml_values
from server.fhir.xml_shapes import XHTML
from server.patching.xml_tree import XML, Comment, Content, Element, Name

_references = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VOID = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "param"))
"""Elements of XHTML that have no end tag where it is read as HTML; all others have one."""


def write(document: Element) -> bytes:
    """The text of a document."""
    parts: list[str] = []
    for one in document.children:
        _write(one, "", parts)
    return "".join(parts).encode()


def _write(one: Content, space: str, parts: list[str]) -> None:
    if isinstance(one, str):
        parts.append(one.translate(_references))
    elif isinstance(one, Comment):
        parts.append(f"<!--{one.text}-->")
    else:
        _write_element(one, space, parts)


def _write_element(one: Element, space: str, parts: list[str]) -> None:
    if one.source:
        parts.append(one.source)
        return
    own, local = one.name
    declared = f" xmlns={xml_values.quoted(own)}" if own != space else ""
    attributes = "".join(f" {_named(name)}={xml_values.quoted(value)}" for name, value in one.attributes.items())
    if not one.children and (own != XHTML or local in _VOID):
        parts.append(f"<{local}{declared}{attributes}/>")
        return
    parts.append(f"<{local}{declared}{attributes}>")
    for child in one.children:
        _write(child, own, parts)
    parts.append(f"</{local}>")


def _named(name: Name) -> str:
    space, local = name
    return f"xml:{local}" if space == XML else local
