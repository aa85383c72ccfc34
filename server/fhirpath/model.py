"""R4's types as expressions see them: members by name, choices resolved, inheritance.

Source: http://hl7.org/fhir/R4/fhirpath.html#types
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from server.fhir.definitions import Definitions, Element
from server.fhirpath.node import STRING, TYPE_INFO

RESOURCE = "Resource"
_SYSTEM = "System."


@dataclass(frozen=True, slots=True)
class Step:
    """One JSON member that a step of a path leads to; `sibling` holds the extensions of a primitive, else empty. `many`
    says that both are arrays.
    """

    key: str
    type: str
    sibling: str = ""
    many: bool = False


class Model:
    """Looks types up. What was looked up once is kept, but for names that resources make up."""

    __slots__ = ("_definitions", "_keys", "_lineages", "_members")

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._members: dict[str, dict[str, tuple[Step, ...]]] = {TYPE_INFO: _INFO}
        self._lineages: dict[str, frozenset[str]] = {}
        self._keys: dict[str, dict[str, Step]] = {}

    def steps(self, type: str, name: str) -> tuple[Step, ...]:
        """The JSON members that `name` may be in a value of the type."""
        return self.members(type).get(name, ())

    def keys(self, type: str) -> dict[str, Step]:
        """The steps of a type by the JSON members that they lead to, those of a primitive by both of its members."""
        found = self._keys.get(type)
        if found is None:
            steps = [one for several in self.members(type).values() for one in several]
            found = {key: one for one in steps for key in (one.key, one.sibling) if key}
            if found:
                self._keys[type] = found
        return found

    def members(self, type: str) -> dict[str, tuple[Step, ...]]:
        """All members of a type by name, in order."""
        found = self._members.get(type)
        if found is None:
            elements = self._definitions.children.get(type, ())
            found = {one.name: tuple(self._steps(one)) for one in elements}
            if found:
                self._members[type] = found
        return found

    def known(self, name: str) -> bool:
        """Whether there is such a type, by its plain name or below `FHIR.` or `System.`."""
        plain = name.removeprefix("FHIR.").removeprefix(_SYSTEM)
        return plain in self._definitions.types or plain in _SYSTEM_TYPES

    def resource(self, name: str) -> bool:
        """Whether this is a type of resources, abstract ones included."""
        definition = self._definitions.types.get(name)
        return definition is not None and definition.kind == "resource"

    def primitive(self, type: str) -> bool:
        """Whether this is a primitive type of FHIR."""
        definition = self._definitions.types.get(type)
        return definition is not None and definition.kind == "primitive-type"

    def complex(self, type: str) -> bool:
        """Whether all values of the type have the members that are known of it, and no others."""
        definition = self._definitions.types.get(type)
        if definition is None:
            return type in self._definitions.children or type == TYPE_INFO
        return definition.kind != "primitive-type" and not definition.abstract

    def exact(self, name: str) -> str:
        """The name of a type as it may be written, where all its values have the same members; else empty."""
        plain = name.removeprefix("FHIR.")
        return plain if self.complex(plain) else ""

    def named(self, type: str) -> str:
        """The type as FHIR names it: a path inside a type is a BackboneElement or Element."""
        if "." not in type or type.startswith(_SYSTEM):
            return type
        return "BackboneElement" if self.resource(type.partition(".")[0]) else "Element"

    def lineage(self, type: str) -> frozenset[str]:
        """The type and all that it specialises."""
        found = self._lineages.get(type)
        if found is None:
            found = frozenset((type, *self._bases(self.named(type))))
            if type in self._definitions.types or type in self._definitions.children:
                self._lineages[type] = found
        return found

    def _bases(self, name: str) -> Iterator[str]:
        while name:
            yield name
            definition = self._definitions.types.get(name)
            name = definition.base if definition is not None else ""

    def is_a(self, type: str, wanted: str) -> bool:
        """Whether a value of the type is one of the wanted type, which may be written with its namespace."""
        if wanted.startswith(_SYSTEM) or type.startswith(_SYSTEM):
            return wanted.removeprefix(_SYSTEM) == type.removeprefix(_SYSTEM) and type.startswith(_SYSTEM)
        return wanted.removeprefix("FHIR.") in self.lineage(type)

    def matcher(self, wanted: str) -> Callable[[str], bool]:
        """`is_a` for one wanted type."""
        if wanted.startswith(_SYSTEM):
            return lambda type: self.is_a(type, wanted)
        plain, lineages = wanted.removeprefix("FHIR."), self._lineages

        def matches(type: str) -> bool:
            lineage = lineages.get(type)
            return plain in lineage if lineage is not None else self.is_a(type, wanted)

        return matches

    def _steps(self, element: Element) -> Iterator[Step]:
        if element.content or element.path in self._definitions.children:
            yield Step(element.name, element.content or element.path, many=element.many)
            return
        for one in element.types:
            key = element.name + (one.code[:1].upper() + one.code[1:] if element.choice else "")
            if one.system:
                yield self._attribute(element, key, one.system)
            else:
                yield Step(key, one.code, f"_{key}" if self.primitive(one.code) else "", element.many)

    def _attribute(self, element: Element, key: str, system: str) -> Step:
        """An XML attribute is of a System type, but for the id of a resource."""
        owner = element.path.rpartition(".")[0]
        return Step(key, "id", "_id") if key == "id" and self.resource(owner) else Step(key, f"{_SYSTEM}{system}")


_INFO: dict[str, tuple[Step, ...]] = {name: (Step(name, STRING),) for name in ("namespace", "name")}
_SYSTEM_TYPES = frozenset(("Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any"))
