"""JSON Patch, exact: numbers stay as they are written, and what an operation leaves alone stays the same value.

Source: https://www.rfc-editor.org/rfc/rfc6902
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from server.fhir import codec
from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource
from server.patching import json_pointer, operations
from server.patching.json_pointer import Pointer
from server.patching.operations import Inapplicable, Operation, Unreadable, Work

Change: TypeAlias = Callable[[Json, Work], Json]
"""What an operation makes of a value, by so much work."""
Edit: TypeAlias = Callable[[Json, str], Json]
"""From an object or array, and a step from it, to a copy that is changed there."""


def read(text: bytes) -> Callable[[Json], Json]:
    """What a patch document makes of a JSON value; raises Invalid.

    Applying it raises Unprocessable and leaves the given value alone.
    """
    found = codec.decode(text)
    if not isinstance(found, list):
        raise Invalid("a JSON Patch is an array of operations")
    listed = operations.read(found, _operation)
    return lambda document: operations.applied(listed, document)


def _operation(one: Json) -> Operation[Json]:
    if not isinstance(one, dict):
        raise Unreadable("an operation is an object")
    name = one.get("op")
    reader = OPERATIONS.get(name) if isinstance(name, str) else None
    if reader is None:
        raise Unreadable(f"op is one of {', '.join(OPERATIONS)}")
    return Operation(str(name), reader(one))


def _add(one: Resource) -> Change:
    path, value = _pointer(one, "path"), _value(one)
    return lambda document, work: _added(document, path, value, work)


def _remove(one: Resource) -> Change:
    path = _pointer(one, "path")
    return lambda document, work: _removed(document, path, work)


def _replace(one: Resource) -> Change:
    path, value = _pointer(one, "path"), _value(one)

    def replaced(at: Json, step: str) -> Json:
        return _with(at, json_pointer.key(at, step), value)

    return lambda document, work: _edited(document, path, replaced, value, work)


def _move(one: Resource) -> Change:
    path, source = _pointer(one, "path"), _pointer(one, "from")
    if len(source) < len(path) and path[: len(source)] == source:
        raise Unreadable("nothing is moved into itself")

    def moved(document: Json, work: Work) -> Json:
        return _added(_removed(document, source, work), path, json_pointer.value(document, source), work)

    return moved


def _copy(one: Resource) -> Change:
    path, source = _pointer(one, "path"), _pointer(one, "from")
    return lambda document, work: _added(document, path, json_pointer.value(document, source), work)


def _test(one: Resource) -> Change:
    path, value = _pointer(one, "path"), _value(one)

    def tested(document: Json, work: Work) -> Json:
        if not equal(json_pointer.value(document, path), value):
            raise Inapplicable("what stands there is not equal to the value")
        return document

    return tested


_CHEAP = 20
"""How many values are copied by one unit of work."""

OPERATIONS: Mapping[str, Callable[[Resource], Change]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
"""The operations by name."""


def equal(one: Json, other: Json) -> bool:
    """Whether two values are equal: numbers by what they amount to, objects whatever the order of their members.

    Source: https://www.rfc-editor.org/rfc/rfc6902#section-4.6
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return _sort(one) == _sort(other) and bool(one == other)


def _sort(value: Json) -> type:
    """What tells values apart that Python holds for equal: true is not 1."""
    return Decimal if isinstance(value, int | Decimal) and not isinstance(value, bool) else type(value)


def _pointer(one: Resource, name: str) -> Pointer:
    text = one.get(name)
    if not isinstance(text, str):
        raise Unreadable(f"{name} is a JSON Pointer")
    return json_pointer.read(text)


def _value(one: Resource) -> Json:
    if "value" not in one:
        raise Unreadable("a value is expected")
    return one["value"]


def _added(document: Json, path: Pointer, value: Json, work: Work) -> Json:
    return _edited(document, path, lambda at, step: _inserted(at, step, value), value, work)


def _removed(document: Json, path: Pointer, work: Work) -> Json:
    return _edited(document, path, _without, None, work)


def _edited(document: Json, path: Pointer, edit: Edit, whole: Json, work: Work) -> Json:
    """A copy with the container that the last step starts from edited, all else shared; without steps `whole`."""
    if not path:
        return whole
    work.spend(1 + len(document) // _CHEAP if isinstance(document, dict | list) else 1)
    if len(path) == 1:
        return edit(document, path[0])
    key = json_pointer.key(document, path[0])
    return _with(document, key, _edited(document[key], path[1:], edit, whole, work))


def _with(at: Json, key: str | int, value: Json) -> Json:
    changed = at.copy()
    changed[key] = value
    return changed


def _inserted(at: Json, step: str, value: Json) -> Json:
    if isinstance(at, dict):
        return {**at, step: value}
    if not isinstance(at, list):
        raise Inapplicable("a path leads into a value that has no members")
    place = len(at) if step == json_pointer.END else json_pointer.place(step, len(at))
    return [*at[:place], value, *at[place:]]


def _without(at: Json, step: str) -> Json:
    key = json_pointer.key(at, step)
    changed = at.copy()
    del changed[key]
    return changed
