"""References inside a resource, found by the types of its elements and replaced by others.

A transaction renames what its entries call one another: References, and elements of type uri, url, canonical, oid and
uuid that name an entry. Strings that merely look alike, such as the value of an identifier, are left alone.
Source: http://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from server.fhir.definitions import Definitions, Element
from server.fhir.resource import Json, Resource

Rename: TypeAlias = Callable[[str], str]
"""The new text of a reference; the same text where nothing changes."""

_URI = frozenset(("uri", "url", "canonical", "oid", "uuid"))
_RESOURCE, _TEXT, _NARRATIVE = "Resource", "uri", "xhtml"
"""What a member may lead to beside the path of a type: any resource, a text that may be a reference, or a narrative."""
_link = re.compile(r"""(?<=\shref=")[^"<]*(?=")|(?<=\ssrc=")[^"<]*(?=")""")


class Rewriter:
    """Rewrites resources of any type; what lies below each path is worked out when it is first met."""

    __slots__ = ("_definitions", "_members")

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._members: dict[str, Mapping[str, str]] = {}

    def rewrite(self, resource: Resource, rename: Rename) -> Resource:
        """The resource with its references renamed; what does not change is shared with the original."""
        changed: Resource = self._object(resource, resource["resourceType"], rename)
        return changed

    def references(self, resource: Resource) -> Iterator[str]:
        """The text of every reference in the resource, in order."""
        found: list[str] = []

        def note(text: str) -> str:
            found.append(text)
            return text

        self.rewrite(resource, note)
        return iter(found)

    def _object(self, value: Resource, path: str, rename: Rename) -> Resource:
        members = self._members.get(path)
        if members is None:
            members = self._members[path] = dict(self._below(path))
        changes = {}
        for name, child in value.items():
            leads = members.get(name)
            if leads is not None:
                changed = self._child(child, leads, rename)
                if changed is not child:
                    changes[name] = changed
        return {**value, **changes} if changes else value

    def _child(self, child: Json, leads: str, rename: Rename) -> Json:
        if type(child) is list:
            changed = [self._child(one, leads, rename) for one in child]
            return changed if any(a is not b for a, b in zip(changed, child, strict=True)) else child
        if type(child) is str:
            renamed = rename(child) if leads == _TEXT else _link.sub(lambda found: rename(found.group()), child)
            return child if renamed == child else renamed
        if type(child) is not dict:
            return child
        return self._object(child, child["resourceType"] if leads == _RESOURCE else leads, rename)

    def _below(self, path: str) -> Iterator[tuple[str, str]]:
        """The members of a path that references may be in, and what each leads to."""
        if path == "Reference":
            yield "reference", _TEXT
        for element in self._definitions.children.get(path, ()):
            yield from self._forms(element)

    def _forms(self, element: Element) -> Iterator[tuple[str, str]]:
        if element.content or element.path in self._definitions.children:
            yield element.name, element.content or element.path
            return
        for type_ in element.types:
            name = element.name + (type_.code[:1].upper() + type_.code[1:] if element.choice else "")
            leads = _TEXT if type_.code in _URI else type_.code
            if leads in (_TEXT, _RESOURCE, _NARRATIVE) or self._complex(leads):
                yield name, leads
            if not self._complex(leads):
                yield f"_{name}", "Element"

    def _complex(self, name: str) -> bool:
        definition = self._definitions.types.get(name)
        return definition is not None and definition.kind != "primitive-type"
