"""What FHIR adds to the language.

Source: http://hl7.org/fhir/R4/fhirpath.html#functions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhir.resource import Json
from server.fhirpath import navigation
from server.fhirpath.environment import Scope, Terminology
from server.fhirpath.errors import Unevaluable
from server.fhirpath.model import Model
from server.fhirpath.node import FALSE, TRUE, truth
from server.fhirpath.run import Argument, Function, Nodes, Run
from server.fhirpath.values import single, system, text


def _has_value(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        return TRUE if len(focus) == 1 and _primitive(model, focus[0][1]) and focus[0][0] is not None else FALSE

    return run


def _get_value(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        plain = len(focus) == 1 and _primitive(model, focus[0][1]) and focus[0][0] is not None
        return [system(focus[0])] if plain else []

    return run


def _has_extension(model: Model, arguments: Sequence[Argument]) -> Run:
    """`hasExtension(url)`, which a search parameter of R4 uses."""
    find = navigation.build_extension(model, arguments)
    return lambda focus, scope: TRUE if find(focus, scope) else FALSE


def _primitive(model: Model, type_: str) -> bool:
    return type_.startswith("System.") or model.primitive(type_)


def _member_of(model: Model, arguments: Sequence[Argument]) -> Run:
    (value_set,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        node, url = single(focus), text(value_set.value(scope))
        if node is None or url is None:
            return []
        return truth(_terminology(scope).member_of(node[0], url))

    return run


def _subsumption(order: Callable[[Terminology, Json, Json], bool | None]) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        (other,) = arguments

        def run(focus: Nodes, scope: Scope) -> Nodes:
            left, right = single(focus), single(other.value(scope))
            if left is None or right is None:
                return []
            return truth(order(_terminology(scope), left[0], right[0]))

        return run

    return Function(build, 1, 1)


def _terminology(scope: Scope) -> Terminology:
    found = scope.environment.terminology
    if found is None:
        raise Unevaluable("this evaluation has no terminology to ask")
    return found


def _conforms(model: Model, arguments: Sequence[Argument]) -> Run:
    """`conformsTo(url)` for R4's own types; profiles are not known here."""
    (profile,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        node, url = single(focus), text(profile.value(scope))
        if node is None or url is None:
            return []
        name = url.removeprefix("http://hl7.org/fhir/StructureDefinition/")
        if not model.known(name):
            raise Unevaluable("a profile is asked for that is not known here")
        return truth(model.is_a(node[1], name))

    return run


def _modifiers(model: Model, arguments: Sequence[Argument]) -> Run:
    """`checkModifiers(urls)`: the focus; raises when it has a modifier extension of another URL."""
    follow = navigation.step(model, "modifierExtension")

    def run(focus: Nodes, scope: Scope) -> Nodes:
        known = {text(one.value(scope)) for one in arguments}
        if any(node[0].get("url") not in known for node in follow(focus, scope)):
            raise Unevaluable("there is a modifier extension that is not understood")
        return focus

    return run


def _html_checks(model: Model, arguments: Sequence[Argument]) -> Run:
    """`htmlChecks()`: whether a narrative is a div; the validator looks inside."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        given = text(focus)
        return [] if given is None else truth(given.lstrip().startswith("<div"))

    return run


TABLE: Mapping[str, Function] = {
    "extension": Function(navigation.build_extension, 1, 1),
    "hasExtension": Function(_has_extension, 1, 1),
    "hasValue": Function(_has_value),
    "getValue": Function(_get_value),
    "resolve": Function(navigation.build_resolve),
    "memberOf": Function(_member_of, 1, 1),
    "subsumes": _subsumption(lambda terms, left, right: terms.subsumes(left, right)),
    "subsumedBy": _subsumption(lambda terms, left, right: terms.subsumes(right, left)),
    "conformsTo": Function(_conforms, 1, 1),
    "checkModifiers": Function(_modifiers, 1, 10),
    "htmlChecks": Function(_html_checks),
}
"""Functions of FHIR."""
