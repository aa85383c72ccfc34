"""Composites of a whole resource whose parts are there once at most: to ask for the parts apart means the same.

`code-value-quantity` of an Observation is one; it needs no index entries of its own.
"""

from __future__ import annotations

from functools import lru_cache

from server.fhir.definitions import Definitions
from server.fhirpath.parser import parse
from server.fhirpath.tree import Call, Member, Tree, TypeTest, between_bars


@lru_cache(1024)
def codes(definitions: Definitions, type: str) -> frozenset[str]:
    """The codes of such parameters of a type."""
    return frozenset(
        code
        for code, one in definitions.parameters[type].items()
        if one.components
        and one.expression == type
        and all(_single(definitions, type, text) for _, text in one.components)
    )


def _single(definitions: Definitions, type: str, expression: str) -> bool:
    """Whether an expression on a resource of the type gives one value at most."""
    single = {one.name for one in definitions.children[type] if not one.many}
    return all(_member(one) in single for one in between_bars(parse(expression)))


def _member(tree: Tree | None) -> str:
    """The member that a path consists of, whatever type is asked of it."""
    match tree:
        case Member(of=None, name=name):
            return name
        case Call(of=of, name="as") | TypeTest(operand=of):
            return _member(of)
        case _:
            return ""
