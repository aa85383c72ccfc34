"""The entries of a batch or transaction, as requests.

Source: http://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from server.fhir.errors import FhirError, Invalid
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource
from server.interactions import criteria
from server.interactions.request import Request

LIMIT = 10_001
"""How many entries a Bundle may have: 10,000, and the one by which who sends them records that they are stored."""

CONDITIONS: Mapping[str, str] = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifNoneExist": "if-none-exist",
    "ifModifiedSince": "if-modified-since",
}
"""The conditions of an entry to the headers that they are of a request by itself."""


_MANNER = ("_format", "_pretty")
"""Parameters that say how, not what, to answer. Source: http://hl7.org/fhir/R4/http.html#parameters"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its place in the Bundle, the fullUrl that others may refer to, and what it asks."""

    place: int
    full_url: str
    request: Request


def listed(request: Request) -> Sequence[Json]:
    """The entries of a Bundle as they stand, none when they are no array; raises Invalid when there are too many."""
    found = (request.body or {}).get("entry")
    if not isinstance(found, list):
        return ()
    if len(found) > LIMIT:
        raise Invalid(f"a Bundle may have {LIMIT:,} entries", expression="Bundle.entry")
    return found


def read(request: Request, place: int, one: Resource) -> Entry:
    """A valid entry; raises Invalid for a URL that is none of this server's."""
    asked = one["request"]
    try:
        path, query = _target(request.base, asked["url"])
    except Invalid as error:
        raise Invalid(str(error), expression=f"{expression(place)}.request.url") from error
    headers = {header: asked[name] for name, header in CONDITIONS.items() if name in asked}
    if "prefer" in request.headers:
        headers["prefer"] = request.headers["prefer"]
    inner = Request(asked["method"], path, request.now, request.base, query, headers, one.get("resource"))
    return Entry(place, one.get("fullUrl", ""), inner)


def expression(place: int) -> str:
    """The FHIRPath of an entry."""
    return f"Bundle.entry[{place}]"


def issues(entry: Entry, error: FhirError) -> tuple[Issue, ...]:
    """The issues of an entry that failed, each under the path of the entry."""
    return tuple(Issue(one.severity, one.code, one.diagnostics, _below(entry, one.expression)) for one in error.issues)


def failed(entry: Entry, error: FhirError) -> FhirError:
    """The same failure as one of the whole Bundle."""
    return type(error)(f"entry {entry.place} failed", issues=issues(entry, error))


def _below(entry: Entry, within: str) -> str:
    whole = expression(entry.place)
    if not within:
        return whole
    if within in CONDITIONS:
        return f"{whole}.request.{within}"
    type_ = _type(entry.request.body)
    if not type_ and within in ("resource", "resourceType"):
        return f"{whole}.resource"
    inside = bool(type_) and (within == type_ or within.startswith((f"{type_}.", f"{type_}[")))
    return f"{whole}.resource{within.removeprefix(type_)}" if inside else f"{whole}.request"


def _type(body: Json) -> str:
    """The type that a resource names; empty for what names none, which may be no object at all."""
    found = body.get("resourceType") if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""


def _target(base: str, url: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The path below the base and the query of a URL, relative or absolute."""
    if "#" in url:
        raise Invalid("the URL of an entry has a fragment, which means nothing in a request; within a value # is %23")
    relative = url.removeprefix(base).lstrip("/") if url.startswith(f"{base}/") else url.removeprefix("/")
    parts = _split(relative)
    if parts.scheme or parts.netloc:
        raise Invalid("the URL of an entry is one of this server")
    query = criteria.pairs(parts.query)
    manner = next((name for name, _ in query if name in _MANNER), None)
    if manner is not None:
        raise Invalid(f"{manner} means nothing in an entry: the answer to a Bundle comes in one form")
    return criteria.segments(parts.path), query


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise Invalid("this is no URL") from error
