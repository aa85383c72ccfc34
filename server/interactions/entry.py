"""The entries of a batch or transaction, as requests.

Source: http://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from server.fhir.errors import FhirError, Invalid
from server.fhir.outcome import Issue
from server.fhir.resource import Resource
from server.interactions import criteria
from server.interactions.request import Request

LIMIT = 10_000
"""How many entries a Bundle may have."""

_HEADERS = {
    "ifMatch": "if-match",
    "ifNoneMatch": "if-none-match",
    "ifNoneExist": "if-none-exist",
    "ifModifiedSince": "if-modified-since",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its place in the Bundle, the fullUrl that others may refer to, and what it asks."""

    place: int
    full_url: str
    request: Request

    @property
    def expression(self) -> str:
        """The FHIRPath of the entry."""
        return f"Bundle.entry[{self.place}]"


def entries(request: Request) -> tuple[Entry, ...]:
    """The entries of a valid Bundle; raises Invalid for a URL that is none of this server's."""
    listed = (request.body or {}).get("entry", ())
    if len(listed) > LIMIT:
        raise Invalid(f"a Bundle may have {LIMIT:,} entries", expression="Bundle.entry")
    return tuple(_entries(request, listed))


def issues(entry: Entry, error: FhirError) -> tuple[Issue, ...]:
    """The issues of an entry that failed, each under the path of the entry."""
    return tuple(Issue(one.severity, one.code, one.diagnostics, _below(entry, one.expression)) for one in error.issues)


def failed(entry: Entry, error: FhirError) -> FhirError:
    """The same failure as one of the whole Bundle."""
    return type(error)(f"entry {entry.place} failed", issues=issues(entry, error))


def _below(entry: Entry, expression: str) -> str:
    if not expression:
        return entry.expression
    body = entry.request.body
    if body is None or not expression.startswith(body["resourceType"]):
        return f"{entry.expression}.request"
    return f"{entry.expression}.resource{expression.removeprefix(body['resourceType'])}"


def _entries(request: Request, listed: list[Resource]) -> Iterator[Entry]:
    for place, one in enumerate(listed):
        asked = one["request"]
        path, query = _target(request.base, asked["url"], place)
        headers = {header: asked[name] for name, header in _HEADERS.items() if name in asked}
        if "prefer" in request.headers:
            headers["prefer"] = request.headers["prefer"]
        inner = Request(asked["method"], path, request.now, request.base, query, headers, one.get("resource"))
        yield Entry(place, one.get("fullUrl", ""), inner)


def _target(base: str, url: str, place: int) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The path below the base and the query of a URL, relative or absolute."""
    relative = url.removeprefix(base).lstrip("/") if url.startswith(f"{base}/") else url.removeprefix("/")
    parts = urlsplit(relative)
    if parts.scheme or parts.netloc:
        raise Invalid("the URL of an entry is one of this server", expression=f"Bundle.entry[{place}].request.url")
    path = tuple(unquote(part) for part in parts.path.split("/")) if parts.path else ()
    return path, criteria.pairs(parts.query)
