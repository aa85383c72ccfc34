"""Resources as plain JSON values, decoded with exact decimals.

Source: http://hl7.org/fhir/R4/resource.html
"""

from __future__ import annotations

from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Where JSON enters: dict, list, str, bool, int, Decimal (or its `exact.Exact`) or None; never float."""

Resource: TypeAlias = dict[str, Any]
"""A JSON object with a `resourceType`."""


def key(resource: Resource) -> str:
    """The relative reference of a resource that has an id, for example `Claim/17`."""
    return f"{resource['resourceType']}/{resource['id']}"
