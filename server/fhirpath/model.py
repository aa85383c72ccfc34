"""R4's types as expressions see them: members by name, choices resolved, inheritance.

Source: http://hl7.org/fhir/R4/fhirpath.html#types
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.fhir.definitions import Definitions, Element

RESOURCE = "Resource"
_SYSTEM = "System."


@dataclass(frozen=True, slots=True)
class Step:
    """One JSON member that a step of a path leads to; `sibling` holds the extensions of a primitive, else empty."""

    key: str
    type: str
    sibling: str = ""


class Model:
    """Looks types up; what was looked up once is kept."""

    __slots__ = ("_definitions", "_members")

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._members: dict[str, dict[str, tuple[Step, ...]]] = {}

    def steps(self, type: str, name: str) -> tuple[Step, ...]:
        """The JSON members that `name` may be in a value of the type."""
        return self.members(type).get(name, ())

    def members(self, type: str) -> dict[str, tuple[Step, ...]]:
        """All members of a type by name, in order."""
        found = self._members.get(type)
        if found is None:
            elements = self._definitions.children.get(type, ())
            found = self._members[type] = {one.name: tuple(self._steps(one)) for one in elements}
        return found

    def known(self, name: str) -> bool:
        """Whether there is such a type, by its plain name or below `FHIR.` or `System.`."""
        plain = name.removeprefix("FHIR.")
        return plain in self._definitions.types or name.removeprefix(_SYSTEM) in _SYSTEM_TYPES

    def resource(self, name: str) -> bool:
        """Whether this is a type of resources, abstract ones included."""
        definition = self._definitions.types.get(name)
        return definition is not None and definition.kind == "resource"

    def primitive(self, type: str) -> bool:
        """Whether this is a primitive type of FHIR."""
        definition = self._definitions.types.get(type)
        return definition is not None and definition.kind == "primitive-type"

    def named(self, type: str) -> str:
        """The type as FHIR names it: a path inside a type is a BackboneElement or Element."""
        if "." not in type or type.startswith(_SYSTEM):
            return type
        return "BackboneElement" if self.resource(type.partition(".")[0]) else "Element"

    def lineage(self, type: str) -> Iterator[str]:
        """The type and all that it specialises, nearest first."""
        name = self.named(type)
        while name:
            yield name
            definition = self._definitions.types.get(name)
            name = definition.base if definition is not None else ""

    def is_a(self, type: str, wanted: str) -> bool:
        """Whether a value of the type is one of the wanted type, which may be written with its namespace."""
        if wanted.startswith(_SYSTEM) or type.startswith(_SYSTEM):
            return wanted.removeprefix(_SYSTEM) == type.removeprefix(_SYSTEM) and type.startswith(_SYSTEM)
        plain = wanted.removeprefix("FHIR.")
        return any(plain in (name, type) for name in self.lineage(type))

    def _steps(self, element: Element) -> Iterator[Step]:
        if element.content or element.path in self._definitions.children:
            yield Step(element.name, element.content or element.path)
            return
        for one in element.types:
            key = element.name + (one.code[:1].upper() + one.code[1:] if element.choice else "")
            if one.system:
                yield self._attribute(element, key, one.system)
            else:
                yield Step(key, one.code, f"_{key}" if self.primitive(one.code) else "")

    def _attribute(self, element: Element, key: str, system: str) -> Step:
        """An XML attribute is of a System type, but for the id of a resource."""
        owner = element.path.rpartition(".")[0]
        return Step(key, "id", "_id") if key == "id" and self.resource(owner) else Step(key, f"{_SYSTEM}{system}")


_SYSTEM_TYPES = frozenset(("Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any"))
