"""The search parameter types that are searched here.

To add one, write a file here and a row in KINDS.
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhir.definitions import SearchParameter
from server.search.kinds import entry, id, identifier, phonetic
from server.search.kinds.date import DATE
from server.search.kinds.identifier import IDENTIFIER
from server.search.kinds.kind import Kind
from server.search.kinds.reference import REFERENCE
from server.search.kinds.string import STRING
from server.search.kinds.token import TOKEN

KINDS: Mapping[str, Kind] = {"token": TOKEN, "string": STRING, "date": DATE, "reference": REFERENCE}
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
