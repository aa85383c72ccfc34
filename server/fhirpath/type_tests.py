"""`is`, `as` and `ofType`.

`as` filters a collection as `ofType` does: R4's own search parameters apply it to many.
Source: http://hl7.org/fhirpath/N1/#types
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import FALSE, NOTHING, TRUE, Nodes
from server.fhirpath.run import MANY, Run
from server.fhirpath.values import single

Test = Callable[[Model, Run, str], Run]


def _is(model: Model, of: Run, name: str) -> Run:
    matches = model.matcher(name)

    def run(focus: Nodes, scope: Scope) -> Nodes:
        node = single(of(focus, scope))
        return NOTHING if node is None else TRUE if matches(node[1]) else FALSE

    return run


def _as(model: Model, of: Run, name: str) -> Run:
    matches = model.matcher(name)

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes = of(focus, scope)
        if len(nodes) > MANY:
            scope.spend(len(nodes))
        return [node for node in nodes if matches(node[1])] if nodes else nodes

    return run


OPERATORS: Mapping[str, Test] = {"is": _is, "as": _as, "ofType": _as}
"""Operators and functions that take the name of a type."""
