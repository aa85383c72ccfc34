"""Time, tracing, children and types.

Sources: http://hl7.org/fhirpath/N1/#utility-functions, http://hl7.org/fhirpath/N1/#tree-navigation
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhirpath import moments, navigation
from server.fhirpath.environment import Scope
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import Model
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import TYPE_INFO, Nodes, Value
from server.fhirpath.run import FOCUS, ITEM, Argument, Function, Run
from server.fhirpath.values import nodes_of


def _clock(part: Callable[[Moment], Value]) -> Function:
    """A function of the moment that the evaluation is given."""

    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        def run(focus: Nodes, scope: Scope) -> Nodes:
            if scope.environment.now is None:
                raise Unevaluable("this evaluation is not told the time")
            return nodes_of(part(moments.of_datetime(scope.environment.now)))

        return run

    return Function(build)


def _trace(model: Model, arguments: Sequence[Argument]) -> Run:
    """The focus as it is: an expression has nowhere to write to."""
    return lambda focus, scope: focus


def _type(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: [(_described(model, type_), TYPE_INFO, None) for _, type_, _ in focus]


def _described(model: Model, type_: str) -> dict[str, str]:
    if type_.startswith("System."):
        return {"namespace": "System", "name": type_.removeprefix("System.")}
    return {"namespace": "FHIR", "name": model.named(type_)}


TABLE: Mapping[str, Function] = {
    "now": _clock(lambda now: now),
    "today": _clock(lambda now: Moment(now.parts[:3])),
    "timeOfDay": _clock(lambda now: Time(now.parts[3:])),
    "trace": Function(_trace, 1, 2, FOCUS, ITEM, passes=True),
    "children": Function(navigation.build_children, passes=True, scatters=True),
    "descendants": Function(navigation.build_descendants, passes=True, scatters=True),
    "type": Function(_type, gives=TYPE_INFO, passes=True),
}
"""Functions of the language beside its collections."""
