"""Choosing and projecting the items of a collection.

Source: http://hl7.org/fhirpath/N1/#filtering-and-projection
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import Nodes
from server.fhirpath.run import ANY, ARGUMENT, FOCUS, ITEM, Argument, Function, Run
from server.fhirpath.values import boolean


def _where(model: Model, arguments: Sequence[Argument]) -> Run:
    (criterion,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        return [node for node, found in criterion.each(focus, scope) if boolean(found)] if focus else focus

    return run


def _select(model: Model, arguments: Sequence[Argument]) -> Run:
    (projection,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        if not focus:
            return focus
        found: Nodes = []
        for _, nodes in projection.each(focus, scope):
            scope.spend(len(nodes))
            found += nodes
        return found

    return run


def _repeat(model: Model, arguments: Sequence[Argument]) -> Run:
    (projection,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: dict[object, tuple[object, str, object]] = {}
        level = focus
        while level:
            following = [node for _, nodes in projection.each(level, scope) for node in nodes]
            scope.spend(equality.COST * len(following))
            new = {key: node for node in following if (key := equality.key(node)) not in found}
            found |= new
            level = list(new.values())
        return list(found.values())

    return run


TABLE: Mapping[str, Function] = {
    "where": Function(_where, 1, 1, FOCUS, ITEM, passes=True),
    "select": Function(_select, 1, 1, ARGUMENT, ITEM, passes=True),
    "repeat": Function(_repeat, 1, 1, within=ANY, passes=True),
}
"""Functions that filter and project."""
