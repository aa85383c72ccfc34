"""XML Patch on the XML form of a resource.

White space between elements means nothing there, so that `ws` is taken and does nothing.
Sources: https://www.rfc-editor.org/rfc/rfc5261, http://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from server.fhir import xml_codec
from server.fhir.definitions import Definitions
from server.fhir.errors import Invalid, Unprocessable
from server.fhir.resource import Resource
from server.patching import operations, xml_selector, xml_text, xml_tree
from server.patching.operations import Inapplicable, Operation, Unreadable, Work
from server.patching.xml_steps import Place
from server.patching.xml_tree import Comment, Content, Element, Name

Change: TypeAlias = Callable[[Element], Element]
Edit: TypeAlias = Callable[[Content], Sequence[Content]]
"""From a node to what stands in its place."""

_ROOTS = ("diff", "patch")


def read(text: bytes, definitions: Definitions) -> Callable[[Resource], Resource]:
    """What a patch document makes of a resource; raises Invalid.

    Applying it raises Unprocessable, also where what comes out is no resource, and leaves the given one alone.
    """
    change = changes(text)

    def patched(resource: Resource) -> Resource:
        try:
            return _through_xml(resource, change, definitions)
        except Invalid as error:
            told = f"what the patch makes is no resource in XML: {error}"
            raise Unprocessable(told, expression=error.issues[0].expression) from error

    return patched


def _through_xml(resource: Resource, change: Change, definitions: Definitions) -> Resource:
    before = xml_tree.read(xml_codec.encode(resource, definitions))
    return xml_codec.decode_resource(xml_text.write(change(before)), definitions)


def changes(text: bytes) -> Change:
    """What a patch document makes of an XML document; raises Invalid."""
    (root,) = xml_tree.read(text).elements
    if root.name[1] not in _ROOTS or any(isinstance(one, str) and one.strip() for one in root.children):
        raise Invalid(f"an XML Patch is a {' or '.join(_ROOTS)} element with operations in it")
    listed = operations.read(root.elements, _operation)
    return lambda document: operations.applied(listed, document)


def _operation(one: Element) -> Operation[Element]:
    make = OPERATIONS.get(one.name[1])
    selector = one.attributes.get(("", "sel"))
    if make is None or selector is None:
        raise Unreadable(f"an operation is {', '.join(OPERATIONS)}, with the attribute sel")
    change, found = make(one), xml_selector.read(selector, one.scope)
    return Operation(one.name[1], lambda document, work: change(document, found.only(document, work), work))


def _add(one: Element) -> Make:
    type_, position = one.attributes.get(("", "type")), one.attributes.get(("", "pos"), "")
    if type_ is not None:
        return _add_attribute(xml_selector.attribute_name(type_, one.scope), one)
    adding = POSITIONS.get(position)
    if adding is None:
        raise Unreadable(f"pos is one of {', '.join(filter(None, POSITIONS))}, if anything")

    def change(document: Element, place: Place, work: Work) -> Element:
        if place.attribute is not None:
            raise Inapplicable("nothing is added to an attribute")
        return _edited(document, place.path, lambda node: adding(node, one.children), work)

    return change


def _add_attribute(name: Name, one: Element) -> Make:
    def stating(node: Content) -> Sequence[Content]:
        element = _element(node)
        if name in element.attributes:
            raise Inapplicable("the attribute is there already")
        return [element.stating({**element.attributes, name: _text(one)})]

    return lambda document, place, work: _edited(document, place.path, stating, work)


def _replace(one: Element) -> Make:
    def change(document: Element, place: Place, work: Work) -> Element:
        if place.attribute is not None:
            return _edited(document, place.path, _stating(place.attribute, _text(one)), work)
        return _edited(document, place.path, lambda node: _REPLACING[type(node)](one), work)

    return change


def _remove(one: Element) -> Make:
    if one.attributes.get(("", "ws"), "both") not in _SPACES or one.children:
        raise Unreadable(f"a remove has no content, and ws is one of {', '.join(_SPACES)}")

    def change(document: Element, place: Place, work: Work) -> Element:
        if place.attribute is not None:
            return _edited(document, place.path, _stating(place.attribute, None), work)
        return _edited(document, place.path, lambda node: [], work)

    return change


Make: TypeAlias = Callable[[Element, Place, Work], Element]
"""From a document, and where what is selected stands in it, to the document as it becomes, by so much work."""
_SPACES = ("before", "after", "both")

OPERATIONS: Mapping[str, Callable[[Element], Make]] = {"add": _add, "replace": _replace, "remove": _remove}
"""The operations by the names of their elements."""

POSITIONS: Mapping[str, Callable[[Content, Sequence[Content]], Sequence[Content]]] = {
    "": lambda node, added: [_element(node).having([*_element(node).children, *added])],
    "prepend": lambda node, added: [_element(node).having([*added, *_element(node).children])],
    "before": lambda node, added: [*added, node],
    "after": lambda node, added: [node, *added],
}
"""Where what is added stands, by the attribute `pos`: inside at the end without it."""


def _edited(element: Element, path: Sequence[int], edit: Edit, work: Work) -> Element:
    """A copy with the node at a path edited, all else shared."""
    work.spend(len(element.children))
    place, *rest = path
    node = element.children[place]
    made = [_edited(_element(node), rest, edit, work)] if rest else edit(node)
    return element.having([*element.children[:place], *made, *element.children[place + 1 :]])


def _element(node: Content) -> Element:
    if not isinstance(node, Element):
        raise Inapplicable("the selector finds a node that is no element")
    return node


def _stating(name: Name, value: str | None) -> Edit:
    """An element with another value of an attribute, without it for None."""

    def edit(node: Content) -> Sequence[Content]:
        element = _element(node)
        others = {one: text for one, text in element.attributes.items() if one != name}
        return [element.stating(others if value is None else {**element.attributes, name: value})]

    return edit


def _text(one: Element) -> str:
    """The content of an operation that is text and nothing else."""
    if not all(isinstance(child, str) for child in one.children):
        raise Inapplicable("text is expected, and nothing else")
    return one.text


def _texts(one: Element) -> Sequence[Content]:
    text = _text(one)
    return [text] if text else []


def _sole(wanted: type, one: Element) -> Sequence[Content]:
    """The only node of the content, white space aside."""
    telling = [child for child in one.children if not (isinstance(child, str) and not child.strip())]
    if len(telling) != 1 or not isinstance(telling[0], wanted):
        raise Inapplicable("a node is replaced by one of its kind")
    return telling


_REPLACING: Mapping[type, Callable[[Element], Sequence[Content]]] = {
    str: _texts,
    Element: partial(_sole, Element),
    Comment: partial(_sole, Comment),
}
"""What a node is replaced by, by its kind."""
