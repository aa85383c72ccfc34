"""Strings: names, addresses and other text that matches by its beginning, whatever its case and accents.

Source: http://hl7.org/fhir/R4/search.html#string
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.search.condition import Condition, Prefix, Substring, Term
from server.search.entries import Collector
from server.search.kinds.kind import Asked, Index, Kind, extended
from server.search.values import unescape

_NAME = ("text", "family", "given", "prefix", "suffix")
_ADDRESS = ("text", "line", "city", "district", "state", "postalCode", "country")


@lru_cache(4096)
def normalised(text: str) -> str:
    """The text in one case, without accents, its white space single."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(text.casefold().split())


def _text(name: str, value: Json, into: Collector) -> None:
    text = normalised(value)
    if text:
        into.texts.add((name, text))
        into.terms.add(f"{name}:exact={value}")


def parts(members: tuple[str, ...], add: Index = _text) -> Index:
    """How a value is indexed by the texts of these members."""

    def index(name: str, value: Json, into: Collector) -> None:
        for member in members:
            found = value.get(member)
            for one in found if isinstance(found, list) else (found,):
                if one is not None:
                    add(name, one, into)

    return index


def _asked(asked: Asked) -> str:
    text = normalised(unescape(asked.text))
    if not text:
        raise Invalid("a text is expected", expression=asked.parameter.code)
    return text


def matches(asked: Asked) -> Condition:
    """The beginning of a text."""
    return Prefix(asked.name, _asked(asked))


def contains(asked: Asked) -> Condition:
    """Any part of a text."""
    return Substring(asked.name, _asked(asked))


def exact(asked: Asked) -> Condition:
    """The whole text in its own case and accents."""
    return Term(f"{asked.name}:exact={unescape(asked.text)}")


STRING = Kind(
    index=extended(
        {
            "HumanName": parts(_NAME),
            "Address": parts(_ADDRESS),
            **dict.fromkeys(("string", "markdown", "code", "id", "uri"), _text),
        }
    ),
    match={"": matches, "contains": contains, "exact": exact},
)
"""The string type."""
