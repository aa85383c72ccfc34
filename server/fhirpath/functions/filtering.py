"""Choosing and projecting the items of a collection.

Source: http://hl7.org/fhirpath/N1/#filtering-and-projection
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.fhirpath import equality
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import boolean


def _where(model: Model, arguments: Sequence[Argument]) -> Run:
    (criterion,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        if not focus:
            return focus
        return [node for node, found in criterion.each(focus, scope) if boolean(found)]

    return run


def _select(model: Model, arguments: Sequence[Argument]) -> Run:
    (projection,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        for _, nodes in projection.each(focus, scope):
            scope.spend(len(nodes))
            found += nodes
        return found

    return run


def _repeat(model: Model, arguments: Sequence[Argument]) -> Run:
    (projection,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        level = focus
        while level:
            following = [node for _, nodes in projection.each(level, scope) for node in nodes]
            scope.spend(len(following) * (1 + len(found) // 100))
            level = [node for node in equality.distinct(following) if not equality.contains(found, node)]
            found += level
        return found

    return run


TABLE: Mapping[str, Function] = {
    "where": Function(_where, 1, 1),
    "select": Function(_select, 1, 1),
    "repeat": Function(_repeat, 1, 1),
}
"""Functions that filter and project."""
