"""Steps of a path, and all that is below.

Source: http://hl7.org/fhirpath/N1/#path-selection
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.fhir.resource import Json
from server.fhirpath.environment import Scope
from server.fhirpath.model import RESOURCE, Model, Step
from server.fhirpath.node import NOTHING, Node, Nodes
from server.fhirpath.run import MANY, Argument, Run, itself

_ELEMENT: dict[str, Step] = {"id": Step("id", "System.String"), "extension": Step("extension", "Extension")}
"""What a primitive has beside its value."""


def applied(of: Run, apply: Run) -> Run:
    """A function of what another run gives."""
    if of is itself:
        return apply

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes = of(focus, scope)
        if len(nodes) > MANY:
            scope.spend(len(nodes))
        return apply(nodes, scope)

    return run


def known_step(of: Run, one: Step) -> Run:
    """The one JSON member that a step leads to, on values whose type is known."""
    key, type_, sibling = one.key, one.type, one.sibling

    def run(focus: Nodes, scope: Scope) -> Nodes:
        nodes = of(focus, scope)
        if len(nodes) == 1:
            value = nodes[0][0]
            if type(value) is not dict or (sibling and sibling in value):
                return _each(one, nodes)
            child = value.get(key)
            if child is None:
                return NOTHING
            if type(child) is not list:
                return [(child, type_, None)]
            return [(item, type_, None) for item in child if item is not None]
        return _each(one, nodes) if nodes else nodes

    return run


def known_steps(of: Run, steps: Sequence[Step]) -> Run:
    """The JSON members that a choice may be, on values whose type is known."""
    by_key = {key: one for one in steps for key in (one.key, one.sibling) if key}

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        for value, _, _ in of(focus, scope):
            if type(value) is dict:
                _follow_any(by_key, value, found)
        return found

    return run


def _follow_any(by_key: Mapping[str, Step], value: Json, found: Nodes) -> None:
    """Follow each step that has a member here, by the members that there are: they are few."""
    for name in value:
        one = by_key.get(name)
        if one is not None and (name == one.key or one.key not in value):
            _follow(one, value, found)


def _each(one: Step, nodes: Nodes) -> Nodes:
    found: Nodes = []
    for value, _, _ in nodes:
        if type(value) is dict:
            _follow(one, value, found)
    return found


def step(model: Model, name: str) -> Run:
    """The members of that name of each node."""
    known: dict[str, tuple[Step, ...]] = {}
    element = _ELEMENT.get(name)

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found: Nodes = []
        for value, type_, beside in focus:
            if type(value) is dict:
                steps = known.get(type_)
                if steps is None:
                    steps = model.steps(type_, name)
                    if steps:
                        known[type_] = steps
                for one in steps:
                    _follow(one, value, found)
            elif element is not None and type(beside) is dict:
                _follow(element, beside, found)
        return found

    return run


def first_step(model: Model, name: str) -> Run:
    """A name that begins a path: the type of the focus itself, else a member of it."""
    follow = step(model, name)
    if not model.known(name):
        return follow
    matches = model.matcher(name)

    def run(focus: Nodes, scope: Scope) -> Nodes:
        return focus if all(matches(node[1]) for node in focus) else follow(focus, scope)

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
    children = child if type(child) is list else ()
    siblings = sibling if type(sibling) is list else ()
    for place in range(max(len(children), len(siblings))):
        value = children[place] if place < len(children) else None
        element = siblings[place] if place < len(siblings) else None
        if value is not None or element is not None:
            yield value, _typed(one.type, value), element


def _typed(type_: str, value: Json) -> str:
    """The type; that of a resource is in the resource."""
    if type_ != RESOURCE or type(value) is not dict:
        return type_
    said = value.get("resourceType")
    return said if type(said) is str else type_


def children(model: Model, nodes: Iterable[Node]) -> Nodes:
    """All members of each node."""
    found: Nodes = []
    for value, type_, beside in nodes:
        if type(value) is dict:
            _follow_any(model.keys(type_), value, found)
        elif type(beside) is dict:
            for one in _ELEMENT.values():
                _follow(one, beside, found)
    return found


def build_children(model: Model, arguments: Sequence[Argument]) -> Run:
    """`children()`."""

    def run(focus: Nodes, scope: Scope) -> Nodes:
        found = children(model, focus)
        scope.spend(len(found))
        return found

    return run


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
