"""What is sent together: a transaction Bundle whole, single resources in groups that can be halved when they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.fhir.errors import Invalid
from server.fhir.resource import Json, Resource

GROUP = 200
"""How many single resources are sent as one transaction. The journal's ids depend on it: never change it."""

NOTHING = "it holds nothing to load"
"""What is said of an entry without a resource."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The entries numbered `first` to `first + count - 1` of a file, those among them that can be sent.

    `key` is the digest of the file, followed by the line number where a line of the file is a Bundle itself.
    `whole` says that the entries belong together; `size` is how many octets of the file the unit stands for.
    """

    label: str
    key: str
    first: int
    count: int
    entries: tuple[tuple[int, Resource], ...]
    whole: bool
    size: int

    @property
    def divisible(self) -> bool:
        """Whether the entries may be sent apart from one another."""
        return not self.whole and len(self.entries) > 1

    @property
    def puts(self) -> frozenset[str]:
        """The addresses at which the entries put something."""
        asked = (entry["request"] for _, entry in self.entries)
        return frozenset(str(one["url"]) for one in asked if one.get("method") == "PUT" and "url" in one)

    @property
    def place(self) -> str:
        """Where the unit stands, for messages; entries count from 1."""
        numbers = [number + 1 for number, _ in self.entries]
        if self.whole:
            return self.label
        return f"{self.label} entry {numbers[0]}" + (f"-{numbers[-1]}" if len(numbers) > 1 else "")


@dataclass(frozen=True, slots=True)
class Fault:
    """A document, or an entry of one, that cannot be sent."""

    place: str
    reason: str
    size: int = 0


def halves(unit: Unit) -> tuple[Unit, ...]:
    """The unit's two halves, without an empty one; the same for every run."""
    middle = unit.first + unit.count // 2
    ranges = ((unit.first, middle, unit.size), (middle, unit.first + unit.count, 0))
    parts = (
        Unit(unit.label, unit.key, first, end - first, _within(unit, first, end), False, size)
        for first, end, size in ranges
    )
    return tuple(part for part in parts if part.entries)


def of_resource(label: str, key: str, resource: Resource, size: int) -> Iterator[Unit | Fault]:
    """The units of a JSON file or of a line that is a Bundle, and a fault for each entry of it that holds none;
    raises Invalid when it is nothing to load.
    """
    kind = str(resource.get("type")) if resource["resourceType"] == "Bundle" else ""
    convert = _BUNDLES.get(kind, _single)
    found = list(enumerate(convert(resource)))
    yield from (Fault(f"{label} entry {number + 1}", NOTHING) for number, one in found if one is None)
    entries = tuple((number, one) for number, one in found if one is not None)
    if kind == "transaction" or convert is _single or any(_local(entry) for _, entry in entries):
        yield Unit(label, key, 0, len(found), entries, True, size)
        return
    for first in range(0, max(len(found), 1), GROUP):
        end = min(first + GROUP, len(found))
        part = tuple((number, one) for number, one in entries if first <= number < end)
        yield Unit(label, key, first, end - first, part, False, 0 if first else size)


def of_lines(label: str, key: str, span: tuple[int, int], lines: Sequence[tuple[int, Resource]], size: int) -> Unit:
    """The unit of numbered lines of an NDJSON file; `span` is their first number and how many numbers there are."""
    return Unit(label, key, *span, tuple((number, to_entry(resource)) for number, resource in lines), False, size)


def to_entry(resource: Resource, full_url: str = "") -> Resource:
    """The Bundle entry that puts a resource where its id says, or creates it when it has none."""
    type_, id_ = resource["resourceType"], resource.get("id")
    request = {"method": "PUT", "url": f"{type_}/{id_}"} if id_ else {"method": "POST", "url": type_}
    entry: Resource = {"fullUrl": full_url} if full_url else {}
    return {**entry, "resource": resource, "request": request}


def _within(unit: Unit, first: int, end: int) -> tuple[tuple[int, Resource], ...]:
    return tuple((number, entry) for number, entry in unit.entries if first <= number < end)


def _local(entry: Resource) -> bool:
    """Whether other entries may refer to this one by a name that means nothing outside the Bundle."""
    return str(entry.get("fullUrl", "")).startswith("urn:")


def _single(resource: Resource) -> Iterator[Resource]:
    yield to_entry(resource)


def _as_they_stand(bundle: Resource) -> Iterator[Resource]:
    yield from _entries(bundle)


def _requests(bundle: Resource) -> Iterator[Resource | None]:
    for entry in _listed(bundle):
        if not isinstance(entry, dict):
            yield None
        elif _method(entry) not in ("GET", "HEAD"):
            yield entry


def _resources(bundle: Resource) -> Iterator[Resource | None]:
    for entry in _listed(bundle):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            yield None
        elif _field(entry, "search", "mode") != "outcome":
            yield to_entry(resource, str(entry.get("fullUrl", "")))


def _refused(bundle: Resource) -> Iterator[Resource]:
    raise Invalid(f"a Bundle of type {bundle.get('type')} cannot be loaded", expression="Bundle.type")


def _entries(bundle: Resource) -> list[Resource]:
    entries = _listed(bundle)
    if not all(isinstance(entry, dict) for entry in entries):
        raise Invalid("the entries of the Bundle must be objects", expression="Bundle.entry")
    return entries


def _listed(bundle: Resource) -> list[Json]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise Invalid("the entries of the Bundle must be an array", expression="Bundle.entry")
    return entries


def _method(entry: Resource) -> Json:
    return _field(entry, "request", "method")


def _field(entry: Resource, outer: str, inner: str) -> Json:
    value = entry.get(outer)
    return value.get(inner) if isinstance(value, dict) else None


_BUNDLES: Mapping[str, Callable[[Resource], Iterator[Resource | None]]] = {
    "transaction": _as_they_stand,
    "batch": _requests,
    "collection": _resources,
    "searchset": _resources,
    "history": _refused,
    "transaction-response": _refused,
    "batch-response": _refused,
}
"""What the entries of each type of Bundle become; a document or message is a resource to be stored itself.

None is an entry that holds no resource.
"""
