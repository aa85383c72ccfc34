"""From expat's events to a resource.

Source: http://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.fhir import xml_parser
from server.fhir.codec import DEPTH_LIMIT
from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource
from server.fhir.xml_narrative import Div
from server.fhir.xml_shapes import COMPLEX, FHIR, NARRATIVE, PRIMITIVE, RESOURCE, XHTML, Shape, Shapes, Slot

_ROOT = Slot("", 0, False, RESOURCE, "", str)
_NOTHING = Shape({}, ())
_LOCATION = "http://www.w3.org/2001/XMLSchema-instance schemaLocation"
_end_tag = re.compile(rb"</div[ \t\r\n]*>")


@dataclass(slots=True)
class _Frame:
    """An element that has begun and not ended. `within` is the object it goes into, `value` what its children fill."""

    slot: Slot
    within: Resource
    value: Resource
    shape: Shape
    depth: int
    text: str | None = None
    order: int = -1
    padded: list[str] = field(default_factory=list)


class Reader:
    """Reads one document."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._document: Resource = {}
        self._frames = [_Frame(_ROOT, self._document, {}, _NOTHING, 1)]
        self._div = Div()
        self._narrative_start = 0
        self._declared = -1
        self._text = b""
        self._parser = xml_parser.parser()

    def read(self, text: bytes) -> Resource:
        """The resource of the text; raises Invalid."""
        self._text = xml_parser.checked(text)
        self._parser.StartNamespaceDeclHandler = self._declare
        self._attend()
        xml_parser.parse(self._parser, self._text)
        resource: Resource = self._document[""]
        return resource

    def _attend(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def _declare(self, prefix: str | None, uri: str) -> None:
        if prefix is None and uri == XHTML:
            self._declared = self._parser.CurrentByteIndex

    def _characters(self, text: str) -> None:
        if text.strip(" \t\r\n"):
            raise self._invalid("text between elements is not allowed")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        space, name = _names(qualified)
        parent = self._frames[-1]
        if parent.slot.form == RESOURCE and parent.shape is _NOTHING:
            self._start_resource(parent, space, name, attributes)
            return
        slot = parent.shape.slots.get(name)
        if slot is None or space != (XHTML if slot.form == NARRATIVE else FHIR):
            raise self._invalid(f"there is no element {name[:64]} here", name)
        if slot.order <= parent.order:
            self._check_order(parent, slot)
        parent.order = slot.order
        if slot.form == NARRATIVE:
            self._start_narrative(qualified, attributes)
        else:
            self._push(parent, slot, attributes)

    def _check_order(self, parent: _Frame, slot: Slot) -> None:
        if slot.order < parent.order:
            raise self._invalid("the element stands after one that it must precede", slot.name)
        if not slot.many and (slot.name in parent.value or "_" + slot.name in parent.value):
            raise self._invalid("the element may appear only once", slot.name)

    def _start_resource(self, parent: _Frame, space: str, name: str, attributes: dict[str, str]) -> None:
        if parent.value:
            raise self._invalid("one resource is expected here, not several")
        if space != FHIR or name not in self._shapes.resources:
            raise self._invalid(f"{name[:64]} is not a resource of the namespace {FHIR}")
        parent.value["resourceType"] = name
        shape = self._shapes.of[name]
        frame = _Frame(parent.slot, parent.within, parent.value, shape, parent.depth)
        _attach(frame)
        self._frames.append(frame)
        self._take(frame, {name: value for name, value in attributes.items() if not name.startswith(_LOCATION)})

    def _push(self, parent: _Frame, slot: Slot, attributes: dict[str, str]) -> None:
        depth = parent.depth + 1 + slot.many
        if depth > DEPTH_LIMIT + (slot.form == PRIMITIVE):
            raise Invalid(f"the body nests deeper than {DEPTH_LIMIT} levels")
        shape = self._shapes.of[slot.shape] if slot.form != RESOURCE else _NOTHING
        frame = _Frame(slot, parent.value, {}, shape, depth)
        self._frames.append(frame)
        if slot.form == COMPLEX:
            _attach(frame)
        elif slot.form == PRIMITIVE:
            frame.text = attributes.pop("value", None)
        if attributes:
            self._take(frame, attributes)

    def _take(self, frame: _Frame, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            if name not in frame.shape.attributes:
                raise self._invalid(f"there is no attribute {name.split(' ')[-1][:64]} here")
            if not value:
                raise self._invalid(f"the attribute {name} is empty")
            frame.value[name] = value

    def _end(self, _: str) -> None:
        frame = self._frames[-1]
        if frame.slot.form == PRIMITIVE:
            self._end_primitive(frame)
        elif not frame.value:
            raise self._invalid("the element is empty")
        for name in frame.padded:
            if not any(value is not None for value in frame.value[name]):
                del frame.value[name]
        self._frames.pop()

    def _end_primitive(self, frame: _Frame) -> None:
        if not frame.text and (frame.text is not None or not frame.value):
            raise self._invalid("the element is empty")
        try:
            value = None if frame.text is None else frame.slot.read(frame.text)
        except ValueError as error:
            raise self._invalid(str(error)) from error
        if frame.slot.many:
            self._append(frame, value)
            return
        if value is not None:
            frame.within[frame.slot.name] = value
        if frame.value:
            frame.within["_" + frame.slot.name] = frame.value

    def _append(self, frame: _Frame, value: Json) -> None:
        name = frame.slot.name
        values = frame.within.setdefault(name, [])
        values.append(value)
        extras = frame.within.get("_" + name)
        if frame.value and extras is None:
            extras = frame.within["_" + name] = [None] * (len(values) - 1)
            self._frames[-2].padded.append(name)
        if extras is not None:
            extras.append(frame.value or None)

    def _start_narrative(self, qualified: str, attributes: dict[str, str]) -> None:
        self._narrative_start = self._parser.CurrentByteIndex
        if self._declared != self._narrative_start:
            raise self._invalid(f"the narrative must itself declare the namespace {XHTML}", "div")
        self._div = Div()
        self._parser.CharacterDataHandler = None
        self._parser.StartElementHandler = self._start_within_div
        self._parser.EndElementHandler = self._end_within_div
        self._start_within_div(qualified, attributes)

    def _start_within_div(self, qualified: str, attributes: dict[str, str]) -> None:
        try:
            self._div.start(qualified, attributes)
        except ValueError as error:
            raise self._invalid(str(error), "div") from error

    def _end_within_div(self, qualified: str) -> None:
        self._div.end(qualified)
        if self._div.depth:
            return
        end = _end_tag.match(self._text, self._parser.CurrentByteIndex)
        if end is None:
            raise self._invalid("the narrative is empty", "div")
        self._frames[-1].value["div"] = self._text[self._narrative_start : end.end()].decode()
        self._attend()

    def _invalid(self, reason: str, name: str = "") -> Invalid:
        steps = [_step(frame) for frame in self._frames[1:] if frame.shape is not _NOTHING]
        path = ".".join([*steps, name] if name else steps)
        return Invalid(f"{path}: {reason}" if path else f"the body is not a resource: {reason}", expression=path)


def _names(qualified: str) -> tuple[str, str]:
    """The namespace, empty for none, and the local name; a third part would be the prefix."""
    space, _, local = qualified.rpartition(" ")
    if " " in space:
        space, _, local = space.partition(" ")
    return space, local


def _attach(frame: _Frame) -> None:
    if frame.slot.many:
        frame.within.setdefault(frame.slot.name, []).append(frame.value)
    else:
        frame.within[frame.slot.name] = frame.value


def _step(frame: _Frame) -> str:
    if not frame.slot.name:
        return str(frame.value["resourceType"])
    if not frame.slot.many:
        return frame.slot.name
    before = len(frame.within.get(frame.slot.name, ()))
    return f"{frame.slot.name}[{before if frame.slot.form == PRIMITIVE else before - 1}]"
