"""A part of a resource instead of the whole, marked so that nobody takes it for the whole.

The elements of a resource and of its backbone elements are kept or left out; a value of a data type stays whole.
Sources: http://hl7.org/fhir/R4/search.html#summary, http://hl7.org/fhir/R4/search.html#elements
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from server.fhir.definitions import Definitions, Element
from server.fhir.resource import Json, Resource

SUBSETTED: Mapping[str, str] = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
}
"""The tag of a part."""

Keeps: TypeAlias = Callable[[Element], bool]

_ALWAYS = frozenset(("id", "meta", "implicitRules", "modifierExtension"))
"""What says which resource it is and how to read all the rest; the id of an element within, an attribute, does not."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which elements are kept, beside those that always are; `deep` when backbone elements are looked into as well."""

    keeps: Keeps
    deep: bool = False


def _mandatory(element: Element) -> bool:
    return element.minimum > 0


SUMMARIES: Mapping[str, Selection] = {
    "true": Selection(lambda element: element.summary or _mandatory(element), deep=True),
    "text": Selection(lambda element: element.name == "text" or _mandatory(element)),
    "data": Selection(lambda element: element.name != "text"),
}
"""What `_summary` may ask for to what it keeps."""


def of_elements(names: frozenset[str]) -> Selection:
    """The elements of these names, and those that are mandatory."""
    return Selection(lambda element: _mandatory(element) or not names.isdisjoint(spellings(element)))


def spellings(element: Element) -> Iterator[str]:
    """The names that an element may be asked for by: `deceased`, `deceased[x]`, `deceasedBoolean`."""
    yield element.name
    if element.choice:
        yield f"{element.name}[x]"
        yield from (f"{element.name}{one.code[:1].upper()}{one.code[1:]}" for one in element.types)


def is_part(resource: Resource) -> bool:
    """Whether a resource is marked as a part."""
    return any(_marks(one) for one in resource.get("meta", {}).get("tag", ()))


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts resources by one selection; what it keeps of a type is found out once."""

    definitions: Definitions
    selection: Selection
    _kept: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def cut(self, resource: Resource) -> Resource:
        """The part of a resource, marked; the resource is left as it is."""
        part = self._members(resource["resourceType"], resource)
        head = {"resourceType": resource["resourceType"]}
        return {**head, **part, "meta": _marked(part.get("meta", {}))}

    def _members(self, path: str, value: Resource) -> Resource:
        kept = self._kept.get(path)
        if kept is None:
            kept = self._kept[path] = dict(self._names(path))
        cut = ((name, self._cut(kept[name], one)) for name, one in value.items() if name in kept)
        return {name: one for name, one in cut if one not in ({}, [])}

    def _cut(self, path: str, value: Json) -> Json:
        """A value whose elements are those below a path; one without a path is kept whole."""
        if not path:
            return value
        if isinstance(value, list):
            return [part for one in value if (part := self._members(path, one))]
        return self._members(path, value)

    def _names(self, path: str) -> Iterator[tuple[str, str]]:
        """The JSON members that are kept at a path, each with the path below which to go on, empty for none."""
        for element in self.definitions.children[path]:
            if (element.name in _ALWAYS and not element.attribute) or self.selection.keeps(element):
                below = self._below(element)
                for name in spellings(element):
                    yield name, below
                    yield f"_{name}", ""

    def _below(self, element: Element) -> str:
        below = element.content or element.path
        return below if self.selection.deep and below in self.definitions.children else ""


def _marked(meta: Resource) -> Resource:
    tags = meta.get("tag", [])
    return meta if any(map(_marks, tags)) else {**meta, "tag": [*tags, dict(SUBSETTED)]}


def _marks(tag: Resource) -> bool:
    return all(tag.get(name) == value for name, value in SUBSETTED.items())
