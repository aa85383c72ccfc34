"""FHIRPath Patches to apply."""

from __future__ import annotations

from typing import Any

from server.fhir.resource import Resource


def parameters(*operations: Resource) -> Resource:
    """A FHIRPath Patch."""
    return (
        {"resourceType": "Parameters", "parameter": list(operations)} if operations else {"resourceType": "Parameters"}
    )


def operation(type: str, path: str, name: str = "", value: Resource | None = None, **places: int) -> Resource:
    """An operation; `value` is the whole part, `places` are those that are integers."""
    found = [part("type", valueCode=type), part("path", valueString=path)]
    if name:
        found.append(part("name", valueString=name))
    found += [part(one, valueInteger=number) for one, number in places.items()]
    return part("operation", part=[*found, value] if value is not None else found)


def part(name: str, **content: Any) -> Resource:
    """A parameter or part."""
    return {"name": name, **content}
