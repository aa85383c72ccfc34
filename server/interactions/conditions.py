"""Conditional requests: entity tags, If-Match, If-None-Match and Prefer.

Source: http://hl7.org/fhir/R4/http.html#versions
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from server.fhir.errors import Invalid, PreconditionFailed
from server.interactions.request import Request

_list = re.compile(r'[ \t]*(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)')
PREFERENCES = ("minimal", "representation", "OperationOutcome")


def etag(version: int) -> str:
    """The weak entity tag of a version."""
    return f'W/"{version}"'


def check_match(request: Request, reference: str, version: int | None) -> None:
    """Raise PreconditionFailed unless If-Match, where given, names the current version; None means there is none."""
    header = request.headers.get("if-match")
    if header is not None and (version is None or (header != "*" and str(version) not in tags(header, "If-Match"))):
        stored = "does not exist" if version is None else f"has version {version}"
        raise PreconditionFailed(f"{reference} {stored}, which If-Match does not name")


def check_none_match(request: Request, reference: str, version: int | None) -> None:
    """Raise PreconditionFailed when If-None-Match names the current version of something about to be written."""
    header = request.headers.get("if-none-match")
    if header is not None and version is not None and (header == "*" or str(version) in tags(header, "If-None-Match")):
        raise PreconditionFailed(f"{reference} exists with version {version}, which If-None-Match excludes")


def tags(header: str, name: str) -> tuple[str, ...]:
    """What a list of entity tags has between quotes; raises Invalid when it is none.

    Source: https://www.rfc-editor.org/rfc/rfc7232#section-2.3
    """
    found: list[str] = []
    place = 0
    while place < len(header) or not found:
        part = _list.match(header, place)
        if part is None:
            raise Invalid(f'{name} must be an entity tag such as W/"3"')
        found.append(part[1])
        place = part.end()
    return tuple(found)


def preference(request: Request, default: str = "representation") -> str:
    """What `Prefer: return=` asks for; the default when it asks for nothing known."""
    asked = (value for name, value in preferences(request) if name == "return")
    return next((value for value in asked if value in PREFERENCES), default)


def preferences(request: Request) -> Iterator[tuple[str, str]]:
    """What Prefer asks for, each by its name in lower case. Source: https://www.rfc-editor.org/rfc/rfc7240#section-2"""
    for part in re.split("[,;]", request.headers.get("prefer", "")):
        name, _, value = part.partition("=")
        yield name.strip().lower(), value.strip().strip('"')
