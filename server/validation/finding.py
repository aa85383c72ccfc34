"""What a check gives back, and the resource it looks at.

A check answers None for a valid value, so that nothing is built on the way; an issue's path grows as the calls return.
Source: http://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

LIMIT = 100
"""How many issues of one resource are listed."""

Findings: TypeAlias = list[Issue]
"""At least one issue; `expression` is relative to the value that was checked."""


class Context:
    """The resource that fragments such as `#payer` point into: FHIRPath's %rootResource."""

    __slots__ = ("_contained", "resource")

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self._contained: dict[str, str] | None = None

    def contained(self) -> dict[str, str]:
        """The type of each contained resource by its id."""
        if self._contained is None:
            self._contained = dict(_identified(self.resource.get("contained")))
        return self._contained


Check: TypeAlias = Callable[[Json, Context], Findings | None]
"""Judges a value, whatever it is; None when it is valid."""


def error(code: str, diagnostics: str, expression: str = "") -> Issue:
    """An issue that makes the resource invalid."""
    return Issue("error", code, diagnostics, expression)


def under(label: str, findings: Iterable[Issue]) -> Findings:
    """The findings of a part, told from the whole of which `label` leads to the part."""
    return [Issue(one.severity, one.code, one.diagnostics, _joined(label, one.expression)) for one in findings]


def objects(value: Json) -> list[Resource]:
    """The objects in what should be an array of them."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _joined(label: str, rest: str) -> str:
    return label + rest if not rest or rest.startswith("[") else f"{label}.{rest}"


def _identified(contained: Json) -> Iterable[tuple[str, str]]:
    for one in objects(contained):
        name, type = one.get("id"), one.get("resourceType")
        if isinstance(name, str) and isinstance(type, str):
            yield name, type
