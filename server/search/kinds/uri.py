"""URIs: they match whole and in their own letter case; `:below` and `:above` go by the parts between slashes.

Source: http://hl7.org/fhir/R4/search.html#uri
"""

from __future__ import annotations

from collections.abc import Iterator

from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.search.condition import Any, Condition, Prefix, Term
from server.search.entries import Collector
from server.search.kinds.kind import Asked, Kind, extended
from server.search.values import unescape

_TYPES = ("uri", "url", "canonical", "oid", "uuid")


def _uri(name: str, value: Json, into: Collector) -> None:
    into.terms.add(f"{name}={value}")
    into.texts.add((name, value))


def _asked(asked: Asked) -> str:
    text = unescape(asked.text)
    if not text:
        raise Invalid("a URI is expected", expression=asked.parameter.code)
    return text


def matches(asked: Asked) -> Condition:
    """The whole URI."""
    return Term(f"{asked.name}={_asked(asked)}")


def below(asked: Asked) -> Condition:
    """URIs that are this one, or continue it behind a slash."""
    text = _asked(asked).removesuffix("/")
    return Any((Term(f"{asked.name}={text}"), Prefix(asked.name, f"{text}/")))


def above(asked: Asked) -> Condition:
    """URIs that are this one, or that it continues behind a slash."""
    return Any(tuple(Term(f"{asked.name}={one}") for one in _beginnings(_asked(asked))))


def _beginnings(uri: str) -> Iterator[str]:
    """The URI, and what stands before each slash behind its authority, with the slash and without."""
    yield uri
    start = uri.find("/", uri.find("://") + 3 if "://" in uri else 0)
    while start >= 0:
        yield from (uri[:start], uri[: start + 1])
        start = uri.find("/", start + 1)


URI = Kind(
    index=extended(dict.fromkeys(_TYPES, _uri)),
    match={"": matches, "below": below, "above": above},
)
"""The uri type."""
