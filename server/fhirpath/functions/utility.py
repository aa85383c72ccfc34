"""Time, tracing, children and types.

Sources: http://hl7.org/fhirpath/N1/#utility-functions, http://hl7.org/fhirpath/N1/#tree-navigation
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhirpath import moments, navigation
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.moments import Moment, Time
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import moment_node, nodes_of, text


def _clock(part: Callable[[Moment], Nodes]) -> Function:
    """A function of the moment that the evaluation is given."""
    return Function(lambda model, arguments: lambda focus, scope: part(moments.of_datetime(scope.environment.now)))


def _trace(model: Model, arguments: Sequence[Argument]) -> Run:
    """The focus as it is: an expression has nowhere to write to."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        text(arguments[0].value(scope))
        return focus

    return run


def _type(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        return [(_described(model, type_), "System.TypeInfo", None) for _, type_, _ in focus]

    return run


def _described(model: Model, type_: str) -> dict[str, str]:
    space, _, name = type_.rpartition(".") if type_.startswith("System.") else ("FHIR", "", model.named(type_))
    return {"namespace": space, "name": name}


TABLE: Mapping[str, Function] = {
    "now": _clock(moment_node),
    "today": _clock(lambda now: moment_node(Moment(now.parts[:3]))),
    "timeOfDay": _clock(lambda now: nodes_of(Time(now.parts[3:]))),
    "trace": Function(_trace, 1, 2),
    "children": Function(navigation.build_children),
    "descendants": Function(navigation.build_descendants),
    "type": Function(_type),
}
"""Functions of the language beside its collections."""
