"""XCN: a Practitioner whom a segment mentions, created unless known; one without a number is only named.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-datatype-xcn-to-practitioner.html
"""

from __future__ import annotations

from dataclasses import dataclass

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import identifier, person
from server.hl7v2.entries import Entry, identified
from server.hl7v2.er7 import Repetition, Segment
from server.hl7v2.faults import Place


@dataclass(frozen=True, slots=True)
class Mention:
    """A Reference to a practitioner, and the entries it needs: one when it has a number, none when only a name."""

    reference: Resource
    entries: tuple[Entry, ...] = ()


def mentions(segment: Segment, position: int, context: Context) -> list[Mention]:
    """Each practitioner in a field."""
    found = (mention(value, context, segment.place(position)) for value in segment.field(position).repetitions)
    return [one for one in found if one]


def mention(value: Repetition, context: Context, place: Place) -> Mention | None:
    """The practitioner of an XCN; None when it says neither number nor name."""
    number, name = identifier.of_xcn(value, context), person.name(value, shift=1)
    text = person.display(value)
    if number:
        resource = {"resourceType": "Practitioner", "identifier": [number], **({"name": [name]} if name else {})}
        entry = identified(resource, number, place, update=False)
        return Mention({**entry.reference, **({"display": text} if text else {})}, (entry,))
    return Mention({"display": text}) if text else None
