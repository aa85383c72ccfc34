"""What FHIR adds to the language.

Source: http://hl7.org/fhir/R4/fhirpath.html#functions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.fhir.resource import Json
from server.fhirpath import navigation, references
from server.fhirpath.environment import Scope, Terminology
from server.fhirpath.errors import Unevaluable
from server.fhirpath.functions import narrative
from server.fhirpath.model import Model
from server.fhirpath.node import BOOLEAN, FALSE, NOTHING, TRUE, Node, Nodes, truth
from server.fhirpath.run import FOCUS, Argument, Function, Run
from server.fhirpath.values import single, system, text


def _has_value(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: TRUE if _primitive(model, focus) else FALSE


def _get_value(model: Model, arguments: Sequence[Argument]) -> Run:
    return lambda focus, scope: [system(focus[0])] if _primitive(model, focus) else NOTHING


def _primitive(model: Model, nodes: Nodes) -> bool:
    """Whether this is one primitive that has a value."""
    if len(nodes) != 1 or nodes[0][0] is None:
        return False
    return nodes[0][1].startswith("System.") or model.primitive(nodes[0][1])


def _extension(model: Model, arguments: Sequence[Argument]) -> Run:
    follow, (url,) = navigation.step(model, "extension"), arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        wanted = text(url.value(scope))
        return [node for node in follow(focus, scope) if type(node[0]) is dict and node[0].get("url") == wanted]

    return run


def _has_extension(model: Model, arguments: Sequence[Argument]) -> Run:
    """`hasExtension(url)`, which a search parameter of R4 uses."""
    find = _extension(model, arguments)
    return lambda focus, scope: TRUE if find(focus, scope) else FALSE


def _member_of(model: Model, arguments: Sequence[Argument]) -> Run:
    (value_set,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        node, url = single(focus), text(value_set.value(scope))
        if node is None or url is None:
            return NOTHING
        return truth(_terminology(scope).member_of(node[0], url))

    return run


def _subsumption(order: Callable[[Terminology, Json, Json], bool | None]) -> Function:
    def build(model: Model, arguments: Sequence[Argument]) -> Run:
        (other,) = arguments

        def run(focus: Nodes, scope: Scope) -> Nodes:
            left, right = single(focus), single(other.value(scope))
            if left is None or right is None:
                return NOTHING
            return truth(order(_terminology(scope), left[0], right[0]))

        return run

    return Function(build, 1, 1, BOOLEAN)


def _terminology(scope: Scope) -> Terminology:
    found = scope.environment.terminology
    if found is None:
        raise Unevaluable("this evaluation has no terminology to ask")
    return found


def _conforms(model: Model, arguments: Sequence[Argument]) -> Run:
    """`conformsTo(url)`: R4's own types are known here, profiles are asked for."""
    (profile,) = arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        node, url = single(focus), text(profile.value(scope))
        if node is None or url is None:
            return NOTHING
        name = url.removeprefix("http://hl7.org/fhir/StructureDefinition/")
        return truth(model.is_a(node[1], name) if model.known(name) else _asked(node, url, scope))

    return run


def _asked(node: Node, url: str, scope: Scope) -> bool:
    profiles = scope.environment.profiles
    found = profiles.conforms(node[0], url) if profiles is not None else None
    if found is None:
        raise Unevaluable("a profile is asked for that is not known here")
    return found


def _modifiers(model: Model, arguments: Sequence[Argument]) -> Run:
    """`checkModifiers(urls)`: the focus; raises when it has a modifier extension of another URL."""
    follow = navigation.step(model, "modifierExtension")

    def run(focus: Nodes, scope: Scope) -> Nodes:
        known = {text(one.value(scope)) for one in arguments}
        if any(type(node[0]) is dict and node[0].get("url") not in known for node in follow(focus, scope)):
            raise Unevaluable("there is a modifier extension that is not understood")
        return focus

    return run


def _html_checks(model: Model, arguments: Sequence[Argument]) -> Run:
    def run(focus: Nodes, scope: Scope) -> Nodes:
        given = text(focus)
        if given is None:
            return NOTHING
        scope.spend(len(given))
        return truth(narrative.proper(given))

    return run


TABLE: Mapping[str, Function] = {
    "extension": Function(_extension, 1, 1, "Extension", passes=True),
    "hasExtension": Function(_has_extension, 1, 1, BOOLEAN),
    "hasValue": Function(_has_value, gives=BOOLEAN),
    "getValue": Function(_get_value),
    "resolve": Function(references.build_resolve, passes=True),
    "memberOf": Function(_member_of, 1, 1, BOOLEAN),
    "subsumes": _subsumption(lambda terms, left, right: terms.subsumes(left, right)),
    "subsumedBy": _subsumption(lambda terms, left, right: terms.subsumes(right, left)),
    "conformsTo": Function(_conforms, 1, 1, BOOLEAN),
    "checkModifiers": Function(_modifiers, 1, 10, FOCUS),
    "htmlChecks": Function(_html_checks, gives=BOOLEAN),
}
"""Functions of FHIR."""
