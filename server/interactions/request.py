"""What an interaction is asked and what it answers, free of any web framework.

Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.fhir.resource import Resource

FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` are the segments below `base`; header names are lower case; `body` is a decoded resource."""

    method: str
    path: tuple[str, ...]
    now: datetime
    base: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Resource | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `body` is the encoded content in `media`, for FHIR the JSON text of a resource; empty for none."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = FHIR_JSON
