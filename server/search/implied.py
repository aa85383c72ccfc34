"""The systems of codes that state none: a `code` is of the system that the value set of its element has it from.

Source: http://hl7.org/fhir/R4/search.html#token
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.fhir.definitions import Definitions, Element
from server.fhirpath.parser import parse
from server.fhirpath.tree import Binary, Call, Member, Tree


def systems(definitions: Definitions, type: str, expression: str) -> Mapping[str, str]:
    """The system of each code that the elements which an expression leads to are bound to; none of a code that value
    sets have from several, and none of elements without a required value set.
    """
    found: dict[str, set[str]] = {}
    for element in elements(definitions, type, parse(expression)):
        for system, codes in _bound(definitions, element).items():
            for code in codes:
                found.setdefault(code, set()).add(system)
    return {code: system for code, (system, *others) in found.items() if not others}


def _bound(definitions: Definitions, element: Element) -> Mapping[str, frozenset[str]]:
    binding = element.binding
    if binding is None or binding.strength != "required" or all(one.code != "code" for one in element.types):
        return {}
    return definitions.value_sets.get(binding.value_set.partition("|")[0], {})


def elements(definitions: Definitions, type: str, tree: Tree) -> Iterator[Element]:
    """The elements at the end of paths; of an expression that is more than paths, what can be told."""
    match tree:
        case Binary(operator="|", left=left, right=right):
            yield from elements(definitions, type, left)
            yield from elements(definitions, type, right)
        case Member(of=of, name=name) if of is not None:
            for path in _paths(definitions, type, of):
                yield from (one for one in definitions.children.get(path, ()) if one.name == name)
        case Call(of=of, name="where") if of is not None:
            yield from elements(definitions, type, of)


def _paths(definitions: Definitions, type: str, tree: Tree) -> Iterator[str]:
    """Where the members of what a path leads to are defined."""
    if isinstance(tree, Member) and tree.of is None:
        if tree.name in (type, definitions.types[type].base, "Resource"):
            yield type
        return
    for element in elements(definitions, type, tree):
        inner = element.content or element.path
        yield from (inner,) if inner in definitions.children else (one.code for one in element.types)
