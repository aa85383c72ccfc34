"""What may change the meaning of a resource and is not understood here, so that it must not be acted on.

Source: http://hl7.org/fhir/R4/extensibility.html#modifierExtension
"""

from __future__ import annotations

from collections.abc import Iterator

from server.fhir.resource import Json, Resource


def unknown(resource: Resource) -> Iterator[str]:
    """The FHIRPath of implicitRules and of every modifierExtension."""
    name = resource["resourceType"]
    if "implicitRules" in resource:
        yield f"{name}.implicitRules"
    yield from _extensions(resource, name)


def unsaid(element: Json, path: str) -> Iterator[str]:
    """The FHIRPath of every value below an element that only an extension stands for: it is said that there is one, and
    not which.
    """
    yield from (f"{path}.{name[1:]}" for name in element if name.startswith("_") and name[1:] not in element)
    for name, at, one in _children(element, path):
        if isinstance(one, dict) and name != "extension":
            yield from unsaid(one, at)


def _extensions(element: Json, path: str) -> Iterator[str]:
    for name, at, one in _children(element, path):
        if name == "modifierExtension":
            yield at
        elif isinstance(one, dict):
            yield from _extensions(one, at)


def _children(element: Json, path: str) -> Iterator[tuple[str, str, Json]]:
    """What is in an element, by name and FHIRPath."""
    for name, value in element.items():
        listed = value if isinstance(value, list) else [value]
        for place, one in enumerate(listed):
            yield name, f"{path}.{name}[{place}]" if value is listed else f"{path}.{name}", one
