"""From a resource to XML text.

Source: http://hl7.org/fhir/R4/xml.html
"""

from __future__ import annotations

from itertools import zip_longest

from server.fhir import xml_narrative, xml_values
from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource
from server.fhir.xml_shapes import COMPLEX, FHIR, NARRATIVE, PRIMITIVE, Shape, Shapes, Slot

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


class Writer:
    """Writes one document."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._parts = [_HEAD]

    def write(self, resource: Resource) -> bytes:
        """The text of a resource; raises Invalid where it is none or XML cannot carry it."""
        self._resource(resource, str(resource.get("resourceType")), f' xmlns="{FHIR}"')
        return "".join(self._parts).encode()

    def _resource(self, resource: Json, path: str, namespace: str = "") -> None:
        name = _object(resource, path).get("resourceType")
        if name not in self._shapes.resources:
            raise _invalid(path, "the resourceType is unknown")
        self._parts.append(f"<{name}{namespace}>")
        inner = {key: value for key, value in resource.items() if key != "resourceType"}
        self._children(inner, self._shapes.of[name], path)
        self._parts.append(f"</{name}>")

    def _children(self, value: Resource, shape: Shape, path: str) -> None:
        slots = {_slot(shape, key, path): None for key in value if key not in shape.attributes}
        for slot in sorted(slots, key=_order):
            own, extras = value.get(slot.name), value.get("_" + slot.name)
            if extras is not None and slot.form != PRIMITIVE:
                raise _invalid(f"{path}._{slot.name}", "only primitive elements have such a companion")
            if slot.many:
                self._items(slot, own, extras, path)
            else:
                self._element(slot, own, extras, f"{path}.{slot.name}")

    def _items(self, slot: Slot, values: Json, extras: Json, path: str) -> None:
        items = zip_longest(_array(values, path, slot), _array(extras, path, slot))
        for index, (value, extra) in enumerate(items):
            self._element(slot, value, extra, f"{path}.{slot.name}[{index}]")

    def _element(self, slot: Slot, value: Json, extras: Json, path: str) -> None:
        if slot.form == PRIMITIVE:
            self._primitive(slot, value, extras, path)
        elif slot.form == COMPLEX:
            self._complex(slot, _object(value, path), "", path)
        elif slot.form == NARRATIVE:
            self._parts.append(_narrative(value, path))
        else:
            self._parts.append(f"<{slot.name}>")
            self._resource(value, path)
            self._parts.append(f"</{slot.name}>")

    def _primitive(self, slot: Slot, value: Json, extras: Json, path: str) -> None:
        if value is None and extras is None:
            raise _invalid(path, "the element is empty")
        own = "" if value is None else " value=" + _quoted(value, path)
        if extras is None:
            self._parts.append(f"<{slot.name}{own}/>")
        else:
            self._complex(slot, _object(extras, path), own, path)

    def _complex(self, slot: Slot, value: Resource, own: str, path: str) -> None:
        shape = self._shapes.of[slot.shape]
        attributes = [f" {name}={_quoted(value[name], path)}" for name in shape.attributes if name in value]
        if len(attributes) == len(value):
            self._parts.append(f"<{slot.name}{own}{''.join(attributes)}/>")
            return
        self._parts.append(f"<{slot.name}{own}{''.join(attributes)}>")
        self._children(value, shape, path)
        self._parts.append(f"</{slot.name}>")


def _order(slot: Slot) -> int:
    return slot.order


def _slot(shape: Shape, key: str, path: str) -> Slot:
    slot = shape.slots.get(key.removeprefix("_"))
    if slot is None:
        raise _invalid(f"{path}.{key[:64]}", "there is no such element")
    return slot


def _object(value: Json, path: str) -> Resource:
    if not isinstance(value, dict):
        raise _invalid(path, "an object is expected")
    return value


def _array(value: Json, path: str, slot: Slot) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _invalid(f"{path}.{slot.name}", "an array is expected")
    return value


def _quoted(value: Json, path: str) -> str:
    try:
        return xml_values.quoted(xml_values.text(value))
    except ValueError as error:
        raise _invalid(path, str(error)) from error


def _narrative(value: Json, path: str) -> str:
    try:
        return xml_narrative.embeddable(xml_values.text(value))
    except ValueError as error:
        raise _invalid(path, str(error)) from error


def _invalid(path: str, reason: str) -> Invalid:
    return Invalid(f"{path}: {reason}", expression=path)
