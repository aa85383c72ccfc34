"""What XML needs to know of each type: the elements in order, how each is written, and what JSON calls it.

Source: http://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from server.fhir import xml_values
from server.fhir.definitions import Definitions, Element, ElementType
from server.fhir.resource import Json

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"

PRIMITIVE, COMPLEX, RESOURCE, NARRATIVE = range(4)
"""The ways an element is written: with a value attribute, with children, around a whole resource, as XHTML."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One element as JSON names it. `order` is its place among its siblings, `shape` the key of its own shape.

    `read` makes the JSON value of a primitive's text.
    """

    name: str
    order: int
    many: bool
    form: int
    shape: str
    read: Callable[[str], Json]


@dataclass(frozen=True, slots=True)
class Shape:
    """The child elements of a type or backbone element by JSON name, and the JSON names that XML has as attributes."""

    slots: Mapping[str, Slot]
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Every shape by type name or path; `resources` are the names that may stand as a resource."""

    of: Mapping[str, Shape]
    resources: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Definitions compared by identity: their mappings cannot be hashed, and one process loads them once."""

    definitions: Definitions

    def __hash__(self) -> int:
        return id(self.definitions)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.definitions is self.definitions


def of(definitions: Definitions) -> Shapes:
    """The shapes of all types, compiled at the first call."""
    return _compiled(_Same(definitions))


@lru_cache(maxsize=4)
def _compiled(same: _Same) -> Shapes:
    definitions = same.definitions
    shapes = {path: _shape(definitions, elements) for path, elements in definitions.children.items()}
    return Shapes(shapes, frozenset(definitions.resource_types))


def _shape(definitions: Definitions, elements: tuple[Element, ...]) -> Shape:
    slots = {
        slot.name: slot
        for order, element in enumerate(elements)
        if not element.attribute
        for slot in _slots(definitions, element, order)
    }
    return Shape(slots, tuple(element.name for element in elements if element.attribute and element.name != "value"))


def _slots(definitions: Definitions, element: Element, order: int) -> Iterator[Slot]:
    if element.content:
        yield Slot(element.name, order, element.many, COMPLEX, element.content, str)
    for type_ in element.types:
        name = element.name + type_.code[0].upper() + type_.code[1:] if element.choice else element.name
        form, shape = _form(definitions, element, type_)
        yield Slot(name, order, element.many, form, shape, xml_values.READERS.get(type_.code, str))


def _form(definitions: Definitions, element: Element, type_: ElementType) -> tuple[int, str]:
    if type_.code == "Resource":
        return RESOURCE, ""
    if type_.code == "xhtml":
        return NARRATIVE, ""
    if element.path in definitions.children:
        return COMPLEX, element.path
    primitive = definitions.types[type_.code].kind == "primitive-type"
    return (PRIMITIVE if primitive else COMPLEX), type_.code
