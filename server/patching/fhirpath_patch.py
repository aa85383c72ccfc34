"""FHIRPath Patch: a Parameters resource whose operations change what a path leads to.

Source: http://hl7.org/fhir/R4/fhirpatch.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from server.fhir.definitions import Definitions
from server.fhir.resource import Resource
from server.fhirpath import places
from server.fhirpath.environment import Environment, Scope
from server.fhirpath.model import Model, Step
from server.fhirpath.places import Pair, Spot
from server.fhirpath.tree import Member, Tree
from server.patching import elements, operations, parts
from server.patching.operations import Inapplicable, Operation, Unreadable, Work
from server.patching.parts import Parts

Change: TypeAlias = Callable[[Resource, Work], Resource]
"""What an operation makes of a resource, by so much work."""

_AT = "Parameters.parameter"


def read(body: Resource, definitions: Definitions, now: datetime) -> Callable[[Resource], Resource]:
    """What a valid Parameters resource makes of a resource; raises Invalid. `now` is the moment that paths see.

    Applying it raises Unprocessable and leaves the given resource alone.
    """
    found = body.get("parameter", ())
    reader = _Reader(Model(definitions), Environment(now=now))
    listed = operations.read(found, reader.operation, _AT)
    return lambda resource: operations.applied(listed, resource, _AT)


class _Reader:
    def __init__(self, model: Model, environment: Environment) -> None:
        self._model = model
        self._environment = environment

    def operation(self, one: Resource) -> Operation[Resource]:
        """The operation of a parameter."""
        if one["name"] != "operation":
            raise Unreadable("each parameter is named operation")
        asked = Parts(one.get("part", ()))
        name = asked.text("type")
        make = OPERATIONS.get(name)
        if make is None:
            raise Unreadable(f"type is one of {', '.join(OPERATIONS)}")
        return Operation(name, make(self, asked))

    def add(self, asked: Parts) -> Change:
        path, name, value = asked.path(), asked.text("name"), parts.given(self._model, asked.part("value"))

        def change(resource: Resource, work: Work) -> Resource:
            spot = _only(self._found(path, resource, work))
            steps = places.named(self._model, spot.type, name)
            step, pair = parts.fitted(self._model, steps, value)
            if any(spot.pairs(other) for other in steps if other is not step):
                raise Inapplicable(f"there is a {name} of another type already")
            return elements.within(spot, (step, [*_counted(spot, step, work), pair]))

        return change

    def insert(self, asked: Parts) -> Change:
        collection, value = asked.collection(), parts.given(self._model, asked.part("value"))
        index = asked.whole("index")

        def edit(step: Step, found: Sequence[Pair]) -> Sequence[Pair]:
            _check_place(index, len(found))
            return [*found[:index], parts.fitted(self._model, (step,), value)[1], *found[index:]]

        return lambda resource, work: self._edited(collection, resource, edit, work)

    def move(self, asked: Parts) -> Change:
        collection = asked.collection()
        source, destination = asked.whole("source"), asked.whole("destination")

        def edit(step: Step, found: Sequence[Pair]) -> Sequence[Pair]:
            _check_place(source, len(found) - 1)
            _check_place(destination, len(found) - 1)
            left = [*found[:source], *found[source + 1 :]]
            return [*left[:destination], found[source], *left[destination:]]

        return lambda resource, work: self._edited(collection, resource, edit, work)

    def delete(self, asked: Parts) -> Change:
        path = asked.path()

        def change(resource: Resource, work: Work) -> Resource:
            found = self._found(path, resource, work)
            if not found:
                return resource
            spot, parent = _inside(_only(found))
            return elements.within(parent, (spot.step, _with(parent.pairs(spot.step), spot.place)))

        return change

    def replace(self, asked: Parts) -> Change:
        path, value = asked.path(), parts.given(self._model, asked.part("value"))

        def change(resource: Resource, work: Work) -> Resource:
            spot, parent = _inside(_only(self._found(path, resource, work)))
            step, pair = parts.fitted(self._model, spot.choices, value)
            left = _with(parent.pairs(spot.step), spot.place)
            if step is not spot.step:
                return elements.within(parent, (spot.step, left), (step, [pair]))
            return elements.within(parent, (step, _with(parent.pairs(step), spot.place, pair)))

        return change

    def _found(self, path: Tree | None, resource: Resource, work: Work) -> Sequence[Spot]:
        scope = Scope(replace(self._environment, steps=work.left), [(resource, resource["resourceType"], None)])
        found = places.find(path, self._model, scope)
        work.spend(work.left - scope.left)
        return found

    def _edited(self, collection: Member, resource: Resource, edit: Edit, work: Work) -> Resource:
        spot = _only(self._found(collection.of, resource, work))
        step, *others = places.named(self._model, spot.type, collection.name)
        if others or not step.many:
            raise Inapplicable(f"{collection.name} is no collection")
        return elements.within(spot, (step, edit(step, _counted(spot, step, work))))


Edit: TypeAlias = Callable[[Step, Sequence[Pair]], Sequence[Pair]]
"""From the elements under a step to what they become."""

OPERATIONS: Mapping[str, Callable[[_Reader, Parts], Change]] = {
    "add": _Reader.add,
    "insert": _Reader.insert,
    "delete": _Reader.delete,
    "replace": _Reader.replace,
    "move": _Reader.move,
}
"""The operations by name."""


def _only(found: Sequence[Spot]) -> Spot:
    if len(found) != 1:
        raise Inapplicable(f"the path leads to {len(found)} elements, not to one")
    return found[0]


def _counted(spot: Spot, step: Step, work: Work) -> Sequence[Pair]:
    found = spot.pairs(step)
    work.spend(len(found))
    return found


def _inside(spot: Spot) -> tuple[Spot, Spot]:
    """The spot and its parent; raises Inapplicable for the resource itself, which has none."""
    if spot.parent is None:
        raise Inapplicable("the path leads to the whole resource")
    return spot, spot.parent


def _check_place(place: int, most: int) -> None:
    if not 0 <= place <= most:
        raise Inapplicable(f"the collection has no place {place}")


def _with(found: Sequence[Pair], place: int, *elements: Pair) -> Sequence[Pair]:
    """What was found, with these elements in place of one."""
    return [*found[:place], *elements, *found[place + 1 :]]
