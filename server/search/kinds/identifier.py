"""Identifiers: tokens whose value matches in its own letter case, since nobody knows that another case is the same.

Sources: http://hl7.org/fhir/R4/search.html#token, http://hl7.org/fhir/R4/datatypes-definitions.html#Identifier.value
"""

from __future__ import annotations

from server.fhir.errors import Invalid
from server.fhir.resource import Json
from server.search.condition import Condition, Term
from server.search.entries import Collector
from server.search.kinds import token
from server.search.kinds.kind import Asked, Kind, extended
from server.search.values import split, unescape


def told_by(expression: str) -> bool:
    """Whether all that an expression gives are identifiers, by the names that its paths end with."""
    return all(path.rstrip(" )").endswith(("dentifier", ".requisition")) for path in expression.split("|"))


def index(name: str, value: Json, into: Collector) -> None:
    """The forms that a query may ask for: the value alone, the system alone, both; `|value` is one of no system.

    Besides, what its type is called, and the value by its type.
    """
    system, number = value.get("system", ""), value.get("value")
    if number is not None:
        into.terms.add(f"{name}={number}")
        into.terms.add(f"{name}={system}|{number}")
    if system:
        into.terms.add(f"{name}={system}|")
    _typed(name, value.get("type", {}), number, into)


def _typed(name: str, type: Json, number: str | None, into: Collector) -> None:
    token.described(name, type.get("text"), into)
    for coding in type.get("coding", ()) if number is not None else ():
        into.terms.add(f"{name}:of-type={coding.get('system', '')}|{coding.get('code', '')}|{number}")


def _id(name: str, value: Json, into: Collector) -> None:
    index(name, {"value": value}, into)


def matches(asked: Asked) -> Condition:
    """`[value]`, `[system]|[value]`, `[system]|` or `|[value]`."""
    parts = [unescape(part) for part in split(asked.text, "|")]
    if len(parts) > 2 or not any(parts):
        raise Invalid("an identifier is a value, system|value, system| or |value", expression=asked.parameter.code)
    return Term(f"{asked.name}={'|'.join(parts)}")


def of_type(asked: Asked) -> Condition:
    """`[system]|[code]|[value]`: the type of an Identifier and its value."""
    parts = [unescape(part) for part in split(asked.text, "|")]
    if len(parts) != 3 or not all(parts):
        raise Invalid("an identifier is told by system|code|value of its type", expression=asked.parameter.code)
    return Term(f"{asked.name}:of-type={'|'.join(parts)}")


IDENTIFIER = Kind(
    index=extended({"Identifier": index, "id": _id}),
    match={"": matches, "text": token.text, "of-type": of_type},
    negated={"not": ""},
)
"""The kind of token parameters whose values are Identifiers, or ids."""
