"""Names by their sound: `smyth` finds Smith. Every word of what is asked sounds like some word of the name.

The sound is Metaphone's; a word that it says nothing of, such as one in another script, stands for itself.
Source: http://hl7.org/fhir/R4/patient.html#search
"""

from __future__ import annotations

from collections.abc import Iterator

from jellyfish import metaphone

from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.search.condition import All, Condition, Term
from server.search.entries import Collector
from server.search.kinds.kind import Asked, Kind
from server.search.kinds.string import normalised, parts
from server.search.values import unescape

URLS = tuple(
    f"http://hl7.org/fhir/SearchParameter/{name}-phonetic" for name in ("InsurancePlan", "Organization", "individual")
)
_NAME = ("text", "family", "given")


def _sounds(text: str) -> Iterator[str]:
    for word in normalised(text).split():
        yield metaphone(word) or word


def _text(name: str, value: Json, into: Collector) -> None:
    into.terms.update(f"{name}={sound}" for sound in _sounds(value))


def matches(asked: Asked) -> Condition:
    """Words of a name, in any order."""
    terms = tuple(Term(f"{asked.name}={sound}") for sound in _sounds(unescape(asked.text)))
    if not terms:
        raise Invalid("a name is expected", expression=asked.parameter.code)
    return terms[0] if len(terms) == 1 else All(terms)


PHONETIC = Kind(index={"string": _text, "HumanName": parts(_NAME, _text)}, match={"": matches})
"""The kind of `phonetic`, whose type is string."""
