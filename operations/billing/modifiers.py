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


def _extensions(element: Json, path: str) -> Iterator[str]:
    for name, value in element.items():
        listed = value if isinstance(value, list) else [value]
        for place, one in enumerate(listed):
            at = f"{path}.{name}[{place}]" if value is listed else f"{path}.{name}"
            if name == "modifierExtension":
                yield at
            elif isinstance(one, dict):
                yield from _extensions(one, at)
