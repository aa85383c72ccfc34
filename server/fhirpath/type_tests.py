"""`is`, `as` and `ofType`.

`as` filters a collection as `ofType` does: R4's own search parameters apply it to many.
Source: http://hl7.org/fhirpath/N1/#types
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import FALSE, TRUE
from server.fhirpath.run import Nodes, Run
from server.fhirpath.values import single

Test = Callable[[Model, Run, str], Run]


def _is(model: Model, of: Run, name: str) -> Run:
    verdicts: dict[str, bool] = {}

    def run(focus: Nodes, scope: Scope) -> Nodes:
        node = single(of(focus, scope))
        if node is None:
            return []
        return TRUE if _judged(model, verdicts, node[1], name) else FALSE

    return run


def _as(model: Model, of: Run, name: str) -> Run:
    verdicts: dict[str, bool] = {}

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes = of(focus, scope)
        return [node for node in nodes if _judged(model, verdicts, node[1], name)] if nodes else nodes

    return run


def _judged(model: Model, verdicts: dict[str, bool], type: str, name: str) -> bool:
    verdict = verdicts.get(type)
    if verdict is None:
        verdict = verdicts[type] = model.is_a(type, name)
    return verdict


OPERATORS: Mapping[str, Test] = {"is": _is, "as": _as, "ofType": _as}
"""Operators and functions that take the name of a type."""
