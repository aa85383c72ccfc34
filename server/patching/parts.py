"""What an operation of a FHIRPath Patch is given: its parts, and values that are put together from parts.

Source: http://hl7.org/fhir/R4/fhirpatch.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from server.fhir.resource import Json, Resource
from server.fhirpath.model import RESOURCE, Model, Step
from server.fhirpath.parser import parse
from server.fhirpath.places import Pair, named, pairs
from server.fhirpath.tree import Member, Tree
from server.patching import elements
from server.patching.operations import Inapplicable, Unreadable

_PARAMETER = "Parameters.parameter"
NAMES = ("type", "path", "name", "value", "index", "source", "destination")
"""The names of the parts of an operation."""


class Parts:
    """The parts of an operation by name; raises Unreadable for one that is not as it should be."""

    def __init__(self, listed: Sequence[Resource]) -> None:
        self._listed = {one["name"]: one for one in listed}
        if len(self._listed) < len(listed):
            raise Unreadable("a part comes twice")
        strange = self._listed.keys() - NAMES
        if strange:
            raise Unreadable(f"the parts of an operation are {', '.join(NAMES)}")

    def part(self, name: str) -> Resource:
        """The part itself."""
        if name not in self._listed:
            raise Unreadable(f"the part {name} is expected")
        return self._listed[name]

    def text(self, name: str) -> str:
        """The string or code of a part."""
        found = self._value(name, "valueString", "valueCode")
        if not isinstance(found, str):
            raise Unreadable(f"the part {name} is a string")
        return found

    def whole(self, name: str) -> int:
        """The integer of a part."""
        found = self._value(name, "valueInteger", "valueUnsignedInt", "valuePositiveInt")
        if not isinstance(found, int):
            raise Unreadable(f"the part {name} is an integer")
        return found

    def path(self) -> Tree:
        """The path."""
        return parse(self.text("path"))

    def collection(self) -> Member:
        """The path, which is that of a collection: it ends with the name of an element."""
        tree = self.path()
        if not isinstance(tree, Member):
            raise Unreadable("the path of an insert or move is that of a collection")
        return tree

    def _value(self, name: str, *keys: str) -> Json:
        part = self.part(name)
        return next((part[key] for key in keys if key in part), None)


@dataclass(frozen=True, slots=True)
class Given:
    """A value with its type, and what stands beside it; `parts` make a value of a type that has no name."""

    type: str
    pair: Pair
    parts: Sequence[tuple[str, Given]] = ()


def given(model: Model, part: Resource) -> Given:
    """The value of a part; raises Unreadable where it has none."""
    if "part" in part:
        return Given("", (None, None), [(one["name"], given(model, one)) for one in part["part"]])
    if "resource" in part:
        return Given(RESOURCE, (part["resource"], None))
    key = next((name.lstrip("_") for name in part if name.lstrip("_").startswith("value")), "")
    step = model.keys(_PARAMETER).get(key)
    if step is None:
        raise Unreadable("a value is expected")
    return Given(step.type, (part.get(key), part.get(f"_{key}")))


def fitted(model: Model, steps: Sequence[Step], value: Given) -> tuple[Step, Pair]:
    """Under which of the steps a value fits, and how it stands there; raises Inapplicable."""
    fits = partial(_fits, model, value)
    exact = [step for step in steps if step.type == value.type]
    step = next(iter(exact), None) or next(filter(fits, steps), None)
    if step is None or (len(steps) > 1 and not exact):
        raise Inapplicable(f"a value of type {' or '.join(model.named(one.type) for one in steps)} is expected")
    return step, (_made(model, step.type, value.parts), None) if value.parts else value.pair


def _fits(model: Model, value: Given, step: Step) -> bool:
    """Whether a value that is not of the very type of an element may stand there: a string, say, for a code."""
    if value.parts:
        return step.type != RESOURCE and not _plain(model, step.type)
    return (_plain(model, value.type) and _plain(model, step.type)) or model.is_a(value.type, step.type)


def _plain(model: Model, type: str) -> bool:
    return model.primitive(type) or type.startswith("System.")


def _made(model: Model, type: str, parts: Sequence[tuple[str, Given]]) -> Json:
    """The value of a type that the parts make, each an element by its name."""
    value: Resource = {}
    for name, one in parts:
        step, pair = fitted(model, named(model, type, name), one)
        value = elements.holding(value, step, [*pairs(value, step), pair])
    return value
