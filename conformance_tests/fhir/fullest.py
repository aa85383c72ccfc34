"""Resources that hold all that their search parameters look at.

One resource cannot hold every type of a choice, every target of a reference and every code: of these each `turn` takes
the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from conformance_tests.fhir import smallest
from server.fhir.definitions import Definitions, Element, ElementType
from server.fhir.resource import Json, Resource

_DEPTH = 10
_word = re.compile(r"[A-Za-z]+")
_url = re.compile(r"'(http[^']+)'")


def resource(definitions: Definitions, type: str, turn: int) -> Resource:
    """The resource of that turn; what a search parameter's expression cannot lead to is left out."""
    expressions = " ".join(one.expression for one in definitions.parameters[type].values())
    words = frozenset((*_word.findall(expressions), "coding"))
    builder = _Builder(definitions, words, tuple(dict.fromkeys(_url.findall(expressions))), turn)
    return {"resourceType": type, **builder.members(type, 0), "id": "a"}


@dataclass(frozen=True, slots=True)
class _Builder:
    definitions: Definitions
    words: frozenset[str]
    urls: tuple[str, ...]
    turn: int

    def members(self, path: str, depth: int) -> Resource:
        found: Resource = {}
        for element in self.definitions.children[path]:
            if element.name == "extension" and self.urls and depth < 3:
                found["extension"] = [{"url": url, **self._value()} for url in self.urls]
            elif depth < _DEPTH and element.name not in ("extension", "id") and self._looked_at(element):
                found.update(self._member(element, depth))
        return found

    def _looked_at(self, element: Element) -> bool:
        return element.name in self.words or (bool(element.types) and self._primitive(element.types[0].code))

    def _primitive(self, code: str) -> bool:
        return code in self.definitions.types and self.definitions.types[code].kind == "primitive-type"

    def _value(self) -> Resource:
        (value,) = (one for one in self.definitions.children["Extension"] if one.choice)
        return self._member(value, _DEPTH)

    def _member(self, element: Element, depth: int) -> Resource:
        type_ = element.types[self.turn % len(element.types)] if element.types else ElementType("BackboneElement")
        name = element.name + type_.code[:1].upper() + type_.code[1:] if element.choice else element.name
        value = self._of(element, type_, depth)
        return {name: [value] if element.many else value} if value != {} else {}

    def _of(self, element: Element, type_: ElementType, depth: int) -> Json:
        if element.content or element.path in self.definitions.children:
            return self.members(element.content or element.path, depth + 1)
        if type_.code == "Resource":
            return {**smallest.resource(self.definitions, self._next(("Composition", "MessageHeader"))), "id": "b"}
        if type_.code == "Reference":
            targets = tuple(one for one in type_.targets if one != "Resource") or self.definitions.resource_types
            return {"reference": f"{self._next(targets)}/b"}
        if type_.code == "code":
            return self._next(_codes(self.definitions, element))
        if self._primitive(type_.code):
            return smallest.VALUES.get(type_.code, "x")
        return self.members(type_.code, max(depth + 1, _DEPTH - 4))

    def _next(self, of: tuple[str, ...]) -> str:
        return of[self.turn % len(of)]


def _codes(definitions: Definitions, element: Element) -> tuple[str, ...]:
    url = element.binding.value_set.partition("|")[0] if element.binding else ""
    return tuple(sorted(code for codes in definitions.value_sets.get(url, {}).values() for code in codes)) or ("x",)
