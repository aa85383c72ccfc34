"""What can be read of a resource that is not valid, so that nobody has to mend it twice to hear all that is wrong.

Source: http://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

from server.fhir.resource import Json, Resource

_step = re.compile(r"\.([A-Za-z_]\w*)(?:\[(\d+)\])?(?:\.ofType\((\w+)\))?", re.ASCII)

Element = TypeVar("Element")
Read = TypeVar("Read")
Path: TypeAlias = tuple[str | int, ...]
Faults: TypeAlias = Mapping[str | int, "Faults"]
"""The members that have faults, each with the faults within it; one that is itself a fault has none within."""


class Unreadable(KeyError):
    """A member is asked for that is faulty; that it is has been said already."""


class Readable(dict[str, Json]):
    """An element without its faulty members; whoever asks for one of those gets Unreadable, even for whether it is.

    Where none is left, any may have been meant by a faulty one.
    """

    __slots__ = ("_faulty",)

    def __init__(self, members: Mapping[str, Json], faulty: Iterable[str]) -> None:
        self._faulty = tuple(one.removeprefix("_") for one in faulty)
        super().__init__({name: value for name, value in members.items() if not self._is_faulty(name)})

    def __getitem__(self, name: str) -> Json:
        return super().__getitem__(self._sound(name))

    def __contains__(self, name: object) -> bool:
        return super().__contains__(self._sound(str(name)))

    def __hash__(self) -> int:  # type: ignore[override]
        """What stands for an item of an array that is faulty is asked for its value."""
        raise Unreadable

    def get(self, name: str, default: Any = None) -> Any:
        """The member, or the default without one; raises Unreadable."""
        return super().get(self._sound(name), default)

    def _sound(self, name: str) -> str:
        if self._is_faulty(name) or not len(self):
            raise Unreadable(name)
        return name

    def _is_faulty(self, name: str) -> bool:
        """Whether it is one of these members, or a form of one that is a choice."""
        return any(name.removeprefix("_") == one or re.match(rf"_?{one}[A-Z]", name) for one in self._faulty)


def of(resource: Resource, expressions: Iterable[str]) -> Resource:
    """The resource without what the FHIRPaths name: its readable members, and Unreadable for the others."""
    read: Resource = _read(resource, _faults(map(_path, expressions)))
    return read


def plain(value: Json) -> Json:
    """The same without what tells of faults: what cannot be read is as if it were not there."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def stated(element: Json, name: str) -> bool:
    """Whether a member is there, or is faulty, which has been said already."""
    try:
        return name in element
    except Unreadable:
        return True


def holds(element: Json, name: str) -> bool:
    """Whether a member is there and can be read."""
    return name in dict(element)


def listed(element: Json, name: str) -> Sequence[Json]:
    """The items of an array; none where there is none to be read."""
    found: Sequence[Json] = dict(element).get(name, ())
    return found


def each(read: Callable[[Element], Read], elements: Iterable[Element]) -> Iterator[Read]:
    """What is read of each element of which it can be."""
    for one in elements:
        with suppress(Unreadable):
            yield read(one)


def _path(expression: str) -> Path:
    """The members and indices that a path leads through."""
    found: list[str | int] = []
    for name, index, type_ in _step.findall(expression):
        found.append(name + type_[:1].upper() + type_[1:])
        if index:
            found.append(int(index))
    return tuple(found)


def _faults(paths: Iterable[Path]) -> Faults:
    """The longer paths come first: what is faulty as a whole takes the place of faults within it."""
    grown: dict[str | int, Any] = {}
    for path in sorted(paths, key=len, reverse=True):
        within = grown
        for step in path[:-1]:
            within = within.setdefault(step, {})
        if path:
            within[path[-1]] = {}
    return grown


def _read(value: Json, faults: Faults) -> Json:
    if isinstance(value, list):
        return [_item(one, faults[place]) if place in faults else one for place, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    deeper = {name: within for name, within in faults.items() if within and name in value}
    sound = {name: _read(one, deeper[name]) if name in deeper else one for name, one in value.items()}
    return Readable(sound, [str(name) for name in faults if name not in deeper])


def _item(value: Json, faults: Faults) -> Json:
    """An item of an array; of one that is faulty as a whole nothing is left."""
    return _read(value, faults) if faults else Readable({}, ())
