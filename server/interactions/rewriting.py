"""References inside a resource, found by the types of its elements and replaced by others.

A transaction renames what its entries call one another: References, and elements of type uri, url, canonical, oid and
uuid that name an entry. Strings that merely look alike, such as the value of an identifier, are left alone; so are the
systems of codes and the URLs of extensions, which name no resource.
Source: http://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from server.fhir.definitions import Definitions, Element
from server.fhir.resource import Json, Resource

Wanted: TypeAlias = Callable[[str], bool]
Rename: TypeAlias = Callable[[str], str]
Sites: TypeAlias = dict[str | int, "Sites | str"]
"""Where references stand: by member or place in an array, the sites below it or the text that stands there."""

_URI = frozenset(("uri", "url", "canonical", "oid", "uuid"))
_NAMELESS = frozenset(("Extension.url", "Coding.system", "Identifier.system", "Quantity.system", "Meta.profile"))
_RESOURCE, _TEXT, _NARRATIVE = "Resource", "uri", "xhtml"
"""What a member may lead to beside the path of a type: any resource, a text that may be a reference, or a narrative."""
_link = re.compile(r"""(?<=\shref=")[^"<]*(?=")|(?<=\ssrc=")[^"<]*(?=")""")


class Rewriter:
    """Finds and replaces in resources of any type; what lies below each path is worked out when it is first met."""

    __slots__ = ("_definitions", "_members")

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._members: dict[str, Mapping[str, str]] = {}

    def sites(self, resource: Resource, wanted: Wanted) -> Sites:
        """Where the wanted references of the resource stand."""
        return self._object(resource, resource["resourceType"], wanted) or {}

    def _object(self, value: Resource, path: str, wanted: Wanted) -> Sites | None:
        members = self._members.get(path)
        if members is None:
            members = self._members[path] = dict(self._below(path))
        found: Sites | None = None
        for name, child in value.items():
            leads = members.get(name)
            if leads is not None:
                below = self._child(child, leads, wanted)
                if below:
                    found = found or {}
                    found[name] = below
        return found

    def _child(self, child: Json, leads: str, wanted: Wanted) -> Sites | str | None:
        kind = type(child)
        if kind is dict:
            return self._object(child, child["resourceType"] if leads == _RESOURCE else leads, wanted)
        if kind is str:
            named = wanted(child) if leads == _TEXT else any(map(wanted, _link.findall(child)))
            return child if named else None
        if kind is list:
            return {place: below for place, one in enumerate(child) if (below := self._child(one, leads, wanted))}
        return None

    def _below(self, path: str) -> Iterator[tuple[str, str]]:
        """The members of a path that references may be in, and what each leads to."""
        if path == "Reference":
            yield "reference", _TEXT
        for element in self._definitions.children.get(path, ()):
            if element.path not in _NAMELESS:
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


def texts(sites: Sites) -> Iterator[str]:
    """The references that stand at the sites; of a narrative, those of its links."""
    for below in sites.values():
        if isinstance(below, str):
            yield from _links(below) if below[:1] == "<" else (below,)
        else:
            yield from texts(below)


def rewritten(value: Json, sites: Sites, rename: Rename) -> Json:
    """The value with the references at the sites renamed; what does not change is shared with the original."""
    changed: Json = list(value) if isinstance(value, list) else dict(value)
    for place, below in sites.items():
        changed[place] = _renamed(below, rename) if isinstance(below, str) else rewritten(value[place], below, rename)
    return changed


def _renamed(text: str, rename: Rename) -> str:
    return _link.sub(lambda found: rename(found.group()), text) if text[:1] == "<" else rename(text)


def _links(narrative: str) -> list[str]:
    return _link.findall(narrative)
