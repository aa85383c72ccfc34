"""Steps of a path, children, and references.

Sources: http://hl7.org/fhirpath/N1/#path-selection, http://hl7.org/fhir/R4/fhirpath.html#functions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from server.fhir.resource import Json
from server.fhirpath.environment import Scope
from server.fhirpath.model import RESOURCE, Model, Step
from server.fhirpath.node import Node
from server.fhirpath.run import Argument, Nodes, Run

_EXTENSION = (Step("extension", "Extension"),)
_ELEMENT: dict[str, tuple[Step, ...]] = {"extension": _EXTENSION, "id": (Step("id", "System.String"),)}


def itself(focus: Nodes, scope: Scope) -> Nodes:
    """The focus."""
    return focus


def NOWHERE(focus: Nodes, scope: Scope) -> Nodes:  # noqa: N802 - a constant: paths that are known to lead nowhere
    """Nothing."""
    return []


def then(of: Run, step: Run) -> Run:
    """One step after another."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes = of(focus, scope)
        return step(nodes, scope) if nodes else nodes

    return run


def applied(of: Run, apply: Run) -> Run:
    """A function of what another run gives, which may be nothing."""
    return apply if of is itself else lambda focus, scope: apply(of(focus, scope), scope)


def known_step(of: Run, one: Step) -> Run:
    """The one JSON member that a step leads to, on values whose type is known."""
    key, type_, sibling = one.key, one.type, one.sibling

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        for value, _, _ in of(focus, scope):
            if type(value) is dict:
                child = value.get(key)
                if sibling and sibling in value:
                    _follow(one, value, found)
                elif type(child) is list:
                    found += [(item, type_, None) for item in child if item is not None]
                elif child is not None:
                    found.append((child, type_, None))
        return found

    return run


def step(model: Model, name: str) -> Run:
    """The members of that name of each node."""
    known: dict[str, tuple[Step, ...]] = {}

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        for value, type_, element in focus:
            if type(value) is dict:
                steps = known.get(type_)
                if steps is None:
                    steps = known[type_] = model.steps(type_, name)
                for one in steps:
                    _follow(one, value, found)
            elif type(element) is dict and name in _ELEMENT:
                for one in _ELEMENT[name]:
                    _follow(one, element, found)
        return found

    return run


def first_step(model: Model, name: str) -> Run:
    """A name that begins a path: the type of the focus itself, else a member of it."""
    follow = step(model, name)
    if not model.known(name):
        return follow
    verdicts: dict[str, bool] = {}

    def run(focus: Nodes, scope: Scope) -> Nodes:
        for _, type_, _ in focus:
            verdict = verdicts.get(type_)
            if verdict is None:
                verdict = verdicts[type_] = model.is_a(type_, name)
            if not verdict:
                return follow(focus, scope)
        return focus

    return run


def _follow(one: Step, value: Json, found: Nodes) -> None:
    child = value.get(one.key)
    sibling = value.get(one.sibling) if one.sibling else None
    if child is None and sibling is None:
        return
    if type(child) is list or type(sibling) is list:
        found.extend(_pairs(one, child, sibling))
    else:
        found.append((child, _typed(one.type, child), sibling))


def _pairs(one: Step, child: Json, sibling: Json) -> Iterator[Node]:
    children: Sequence[Json] = child or ()
    siblings: Sequence[Json] = sibling or ()
    for place in range(max(len(children), len(siblings))):
        value = children[place] if place < len(children) else None
        element = siblings[place] if place < len(siblings) else None
        if value is not None or element is not None:
            yield value, _typed(one.type, value), element


def _typed(type_: str, value: Json) -> str:
    """The type; that of a resource is in the resource."""
    return value.get("resourceType", type_) if type_ == RESOURCE and type(value) is dict else type_


def children(model: Model, nodes: Iterable[Node]) -> Nodes:
    """All members of each node."""
    found: Nodes = []
    for value, type_, element in nodes:
        if type(value) is dict:
            for steps in model.members(type_).values():
                for one in steps:
                    _follow(one, value, found)
        elif type(element) is dict:
            for steps in _ELEMENT.values():
                _follow(steps[0], element, found)
    return found


def build_children(model: Model, arguments: Sequence[Argument]) -> Run:
    """`children()`."""
    return lambda focus, scope: children(model, focus)


def build_descendants(model: Model, arguments: Sequence[Argument]) -> Run:
    """`descendants()`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        level = children(model, focus)
        while level:
            scope.spend(len(level))
            found += level
            level = children(model, level)
        return found

    return run


def build_extension(model: Model, arguments: Sequence[Argument]) -> Run:
    """`extension(url)`: the extensions of that URL."""
    follow, (url,) = step(model, "extension"), arguments

    def run(focus: Nodes, scope: Scope) -> Nodes:
        wanted = url.value(scope)
        if len(wanted) != 1:
            return []
        return [node for node in follow(focus, scope) if type(node[0]) is dict and node[0].get("url") == wanted[0][0]]

    return run


def build_resolve(model: Model, arguments: Sequence[Argument]) -> Run:
    """`resolve()`: what references lead to, as far as it is known."""
    return resolve(model, phantoms=False)


def resolve(model: Model, *, phantoms: bool) -> Run:
    """What references lead to; with phantoms, what is not known is a node without value of the type it must be."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        for value, _, _ in focus:
            text = value.get("reference") if type(value) is dict else value
            target = _target(scope, text) if type(text) is str else None
            if target is not None:
                found.append((target, target["resourceType"], None))
            elif phantoms and (type_ := _said(model, value, text)):
                found.append((None, type_, None))
        return found

    return run


def _target(scope: Scope, text: str) -> Json:
    root = scope.root[0][0] if scope.root else None
    if text.startswith("#"):
        found = (one for one in _contained(root) if one.get("id") == text[1:])
        return root if text == "#" else next(found, None)
    resolver = scope.environment.resolver
    return resolver.resolve(text) if resolver is not None else None


def _contained(resource: Json) -> list[Json]:
    listed = resource.get("contained") if type(resource) is dict else None
    return [one for one in listed if type(one) is dict and "resourceType" in one] if type(listed) is list else []


def _said(model: Model, value: Json, text: Json) -> str:
    """The type of what a reference leads to: by its text, else by what the Reference says."""
    if type(text) is str:
        parts = text.partition("/_history/")[0].split("/")
        if len(parts) > 1 and model.resource(parts[-2]):
            return parts[-2]
    said = value.get("type") if type(value) is dict else None
    return said if type(said) is str and model.resource(said) else ""
