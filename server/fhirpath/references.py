"""Where references lead.

Source: http://hl7.org/fhir/R4/fhirpath.html#functions
"""

from __future__ import annotations

from collections.abc import Sequence

from server.fhir.resource import Json, Resource
from server.fhirpath.environment import Scope
from server.fhirpath.model import Model
from server.fhirpath.node import FALSE, NOTHING, TRUE, Nodes
from server.fhirpath.run import Argument, Run
from server.fhirpath.values import single


def build_resolve(model: Model, arguments: Sequence[Argument]) -> Run:
    """`resolve()`: what references lead to, as far as it is known."""
    return _resolved(model, typed=False)


def typed(model: Model) -> Run:
    """`resolve()` before a type is asked for: what is not known is a node without a value, of the type it must be."""
    return _resolved(model, typed=True)


def _resolved(model: Model, *, typed: bool) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        for value, _, _ in focus:
            text = value.get("reference") if type(value) is dict else value
            target = _target(scope, text) if type(text) is str else None
            if target is not None:
                found.append((target, target["resourceType"], None))
            elif typed and (type_ := _said(model, value, text)):
                found.append((None, type_, None))
        return found

    return run


def leads_to(model: Model, name: str) -> Run:
    """`resolve() is name`: what a reference leads to is of that type."""
    follow, matches = typed(model), model.matcher(name)

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = single(follow(focus, scope))
        return NOTHING if found is None else TRUE if matches(found[1]) else FALSE

    return run


def _target(scope: Scope, text: str) -> Resource | None:
    if text.startswith("#"):
        return _contained(scope.root[0][0] if scope.root else None, text[1:])
    resolver = scope.environment.resolver
    return resolver.resolve(text) if resolver is not None else None


def _contained(resource: Json, id: str) -> Resource | None:
    """The contained resource of that id; without an id the resource that contains it."""
    if type(resource) is not dict or "resourceType" not in resource:
        return None
    if not id:
        return resource
    for one in resource.get("contained") or ():
        if type(one) is dict and one.get("id") == id and type(one.get("resourceType")) is str:
            found: Resource = one
            return found
    return None


def _said(model: Model, value: Json, text: Json) -> str:
    """The type of what a reference leads to: by its text, else by what the Reference says."""
    if type(text) is str:
        parts = text.split("/")
        if len(parts) > 3 and parts[-2] == "_history":
            del parts[-2:]
        if len(parts) > 1 and model.resource(parts[-2]):
            return parts[-2]
    said = value.get("type") if type(value) is dict else None
    return said if type(said) is str and model.resource(said) else ""
