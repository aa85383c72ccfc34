"""Where a resource stands in the body of a request, so that a FHIRPath that begins with its type can begin there.

Source: http://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from server.fhir.outcome import Issue
from server.fhir.resource import Json

_head = re.compile(r"[A-Z][A-Za-z]*")
_HOLDERS = {"Bundle": "entry", "Parameters": "parameter"}
"""The types that hold resources, and the element that does."""


def whole(body: Json, issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """The issues by FHIRPaths from the body on; one of a resource that is not there, or more than once, as it is."""
    return tuple(replace(one, expression=_whole(body, one.expression)) for one in issues)


def _whole(body: Json, expression: str) -> str:
    head = _head.match(expression)
    places = list(_places(body, head.group(), _type(body))) if head else []
    return places[0] + expression[len(head.group()) :] if head and len(places) == 1 else expression


def _places(value: Json, wanted: str, path: str) -> Iterator[str]:
    """Where resources of a type are, outermost alone."""
    if _type(value) == wanted:
        yield path
        return
    name = _HOLDERS.get(_type(value), "")
    listed = value.get(name) if name else ()
    for place, one in enumerate(listed if isinstance(listed, list) else ()):
        held = one.get("resource") if isinstance(one, dict) else None
        yield from _places(held, wanted, f"{path}.{name}[{place}].resource")


def _type(value: Json) -> str:
    found = value.get("resourceType") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
