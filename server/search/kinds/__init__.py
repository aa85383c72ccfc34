"""The search parameter types that are searched here.

To add one, write a file here and a row in KINDS.
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhir.definitions import Definitions, SearchParameter
from server.search.kinds import entry, id, identifier, phonetic
from server.search.kinds.composite import COMPOSITE
from server.search.kinds.date import DATE
from server.search.kinds.identifier import IDENTIFIER
from server.search.kinds.kind import Kind
from server.search.kinds.number import NUMBER
from server.search.kinds.quantity import QUANTITY
from server.search.kinds.reference import REFERENCE
from server.search.kinds.string import STRING
from server.search.kinds.token import TOKEN
from server.search.kinds.uri import URI

KINDS: Mapping[str, Kind] = {
    "token": TOKEN,
    "string": STRING,
    "date": DATE,
    "reference": REFERENCE,
    "number": NUMBER,
    "quantity": QUANTITY,
    "uri": URI,
    "composite": COMPOSITE,
}
"""The type of a SearchParameter to how it is indexed and matched."""

OWN: Mapping[str, Kind] = {
    id.URL: id.ID,
    **entry.KINDS,
    **dict.fromkeys(phonetic.URLS, phonetic.PHONETIC),
}
"""The URL of a SearchParameter that differs from others of its type, to how it is indexed and matched."""


def of(parameter: SearchParameter) -> Kind | None:
    """How a parameter is indexed and matched; None when it is not searched here."""
    if not parameter.expression:
        return None
    kind = OWN.get(parameter.url) or KINDS.get(parameter.type)
    return IDENTIFIER if kind is TOKEN and identifier.told_by(parameter.expression) else kind


def parts(definitions: Definitions, type: str, parameter: SearchParameter) -> tuple[tuple[SearchParameter, Kind], ...]:
    """The parameters that a composite of a type is made of, and how they are searched."""
    known = {one.url: one for one in definitions.parameters[type].values()}
    found = [known[url] for url, _ in parameter.components]
    return tuple((one, KINDS[one.type]) for one in found)
