"""What an interaction is asked and what it answers, free of any web framework.

Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.fhir.resource import Resource

FHIR_JSON, CSV, FORM = "application/fhir+json", "text/csv", "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` are the segments below `base`; header names are lower case; `body` is a decoded resource.

    `format` is a media type other than FHIR's own that the answer must have, empty for FHIR's. `manner` are the
    parameters that say how, not what, to answer: they stay in links.
    """

    method: str
    path: tuple[str, ...]
    now: datetime
    base: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Resource | None = None
    format: str = ""
    manner: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `body` is the encoded content in `media`, for FHIR the JSON text of a resource; empty for none."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = FHIR_JSON
