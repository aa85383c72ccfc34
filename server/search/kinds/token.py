"""Tokens: codes and other values that match whole, whatever their letter case.

R4 asks for that where case sensitivity is not known.
Source: http://hl7.org/fhir/R4/search.html#token
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.search.condition import Any, Condition, Prefix, Substring, Term
from server.search.entries import Collector
from server.search.kinds.kind import Asked, Index, Kind, extended
from server.search.kinds.string import normalised
from server.search.values import split, unescape

BOOLEANS = "http://terminology.hl7.org/CodeSystem/special-values"
"""The system that a boolean implies."""


def _add(name: str, system: str, code: str, into: Collector) -> None:
    """The forms that a query may ask for: the code alone, the system alone, both; `|code` is a code of no system."""
    code = code.casefold()
    into.terms.add(f"{name}={code}")
    into.terms.add(f"{name}={system}|{code}")
    if system:
        into.terms.add(f"{name}={system}|")


def described(name: str, text: str | None, into: Collector) -> None:
    """Add what is said of a value in words."""
    words = normalised(text or "")
    if words:
        into.texts.add((f"{name}:text", words))


def _coding(name: str, value: Json, into: Collector) -> None:
    code, system = value.get("code"), value.get("system")
    described(name, value.get("display"), into)
    if code is not None:
        _add(name, system or "", code, into)
    elif system is not None:
        into.terms.add(f"{name}={system}|")


def _concept(name: str, value: Json, into: Collector) -> None:
    for coding in value.get("coding", ()):
        _coding(name, coding, into)
    described(name, value.get("text"), into)


def _contact(name: str, value: Json, into: Collector) -> None:
    if "value" in value:
        into.terms.add(f"{name}={value['value'].casefold()}")


def _plain(name: str, value: Json, into: Collector) -> None:
    _add(name, "", value, into)


def _coded(systems: Mapping[str, str]) -> Index:
    """A code of the system that its element implies."""
    return lambda name, value, into: _add(name, systems.get(value, ""), value, into)


def _boolean(name: str, value: Json, into: Collector) -> None:
    _add(name, BOOLEANS, "true" if value else "false", into)


def matches(asked: Asked) -> Condition:
    """`[code]`, `[system]|[code]`, `[system]|` or `|[code]`."""
    parts = [unescape(part) for part in split(asked.text, "|")]
    if len(parts) > 2 or not any(parts):
        raise Invalid("a token is a code, system|code, system| or |code", expression=asked.parameter.code)
    if len(parts) == 1:
        return Term(f"{asked.name}={parts[0].casefold()}")
    return Term(f"{asked.name}={parts[0]}|{parts[1].casefold()}")


def text(asked: Asked) -> Condition:
    """The beginning of a word, or of several in their order, in what is displayed of a code."""
    words = normalised(unescape(asked.text))
    if not words:
        raise Invalid("a text is expected", expression=asked.parameter.code)
    name = f"{asked.name}:text"
    return Any((Prefix(name, words), Substring(name, f" {words}")))


TOKEN = Kind(
    index=extended(
        {
            "Coding": _coding,
            "CodeableConcept": _concept,
            "ContactPoint": _contact,
            **dict.fromkeys(("boolean", "System.Boolean"), _boolean),
            **dict.fromkeys(("code", "id", "string", "uri", "url", "canonical", "oid", "uuid"), _plain),
        }
    ),
    match={"": matches, "text": text},
    negated={"not": ""},
    coded=_coded,
)
"""The token type."""
