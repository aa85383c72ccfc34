"""Parameters whose values are those of others together: `combo-code` is `code` and `component-code`.

They need no index entries of their own: to search by one is to search by any of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from server.fhir.definitions import Definitions, SearchParameter
from server.fhirpath.parser import parse
from server.fhirpath.tree import Call, Member, Tree, TypeTest, between_bars

Members: TypeAlias = frozenset[Tree]


@lru_cache(1024)
def covered(definitions: Definitions, type: str) -> Mapping[str, tuple[SearchParameter, ...]]:
    """By its code, each parameter of a type that others make up, and those."""
    known = definitions.parameters[type]
    members = {code: _members(definitions, type, one) for code, one in known.items() if one.expression}
    found = {code: tuple(_within(known, members, code)) for code in members if len(members[code]) > 1}
    return {code: parts for code, parts in found.items() if _together(parts, members) == members[code]}


def _within(
    known: Mapping[str, SearchParameter], members: Mapping[str, Members], code: str
) -> Iterator[SearchParameter]:
    """The parameters of the same type and components, all of whose values are some of those of another."""
    asked = known[code]
    for other, found in members.items():
        one = known[other]
        if found < members[code] and one.type == asked.type and _expressions(one) == _expressions(asked):
            yield one


def _together(parts: tuple[SearchParameter, ...], members: Mapping[str, Members]) -> Members:
    return frozenset().union(*(members[one.code] for one in parts))


def _expressions(parameter: SearchParameter) -> tuple[str, ...]:
    return tuple(expression for _, expression in parameter.components)


def _members(definitions: Definitions, type: str, parameter: SearchParameter) -> Members:
    """The alternatives of an expression that resources of the type have."""
    own = (type, definitions.types[type].base, "Resource")
    return frozenset(one for one in between_bars(parse(parameter.expression)) if _root(one) in own)


def _root(tree: Tree | None) -> str:
    """The name that a path begins with."""
    match tree:
        case Member(of=None, name=name):
            return name
        case Member(of=of) | Call(of=of) | TypeTest(operand=of):
            return _root(of)
        case _:
            return ""
