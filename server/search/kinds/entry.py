"""The first resource of a Bundle as a reference to it: of a document its Composition, of a message its MessageHeader.

Source: http://hl7.org/fhir/R4/bundle.html#search
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhir.resource import Json
from server.search.entries import Collector
from server.search.kinds import reference
from server.search.kinds.kind import Kind


def _resource(name: str, value: Json, into: Collector) -> None:
    if "id" in value:
        reference = f"{value['resourceType']}/{value['id']}"
        into.terms.add(f"{name}={reference}")
        into.links.add((name, reference))


def _first(type_: str) -> Kind:
    """A parameter that is searched as a reference is, whose values are resources of one type."""
    return Kind(index={type_: _resource}, match=reference.REFERENCE.match, typed=reference.REFERENCE.typed)


KINDS: Mapping[str, Kind] = {
    "http://hl7.org/fhir/SearchParameter/Bundle-composition": _first("Composition"),
    "http://hl7.org/fhir/SearchParameter/Bundle-message": _first("MessageHeader"),
}
"""The kind of each of these parameters by its URL."""
