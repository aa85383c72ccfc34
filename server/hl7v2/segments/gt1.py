"""GT1: who answers for the bill, as RelatedPerson and Account.guarantor. HL7's guide does not map it; this is ours.

A guarantor number may answer for several patients and a RelatedPerson belongs to one, so it is known again by both.

Source: http://v2plus.hl7.org/2021Jan/segment-definition/GT1.html
"""

from __future__ import annotations

from dataclasses import dataclass

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import identifier, person
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Segment
from server.hl7v2.segments import leaf, relation
from server.hl7v2.segments.pid import gender
from server.hl7v2.tables import SSN, SUBSCRIBER_RELATIONSHIP


@dataclass(frozen=True, slots=True)
class Guarantor:
    """An Account.guarantor element, and the entries it needs: none when the patient answers for themselves."""

    element: Resource
    entries: tuple[Entry, ...] = ()


def guarantor(segment: Segment, patient: Entry, context: Context) -> Guarantor:
    """The guarantor of a GT1."""
    period = leaf.period(segment, 13, 14, context)
    if SUBSCRIBER_RELATIONSHIP.get(segment.text(11).strip().upper()) == "self":
        return Guarantor(said({"party": patient.reference, "period": period}))
    entry = _related_person(segment, patient, context)
    return Guarantor(said({"party": entry.reference, "period": period}), (entry,))


def _related_person(segment: Segment, patient: Entry, context: Context) -> Entry:
    numbers = _identifiers(segment, context)
    own = identifier.derived(*patient.identity, "GT1", segment.text(2) or f"#{segment.sequence}")
    relationship = relation.concept(segment.field(11).first)
    resource = {
        "resourceType": "RelatedPerson",
        "identifier": [own, *numbers],
        "patient": patient.reference,
        "relationship": [relationship] if relationship else [],
        "name": person.names(segment.field(3)),
        "telecom": person.telecoms(segment.field(6), "home") + person.telecoms(segment.field(7), "work"),
        "gender": gender(segment, 9),
        "birthDate": leaf.date(segment, 8),
        "address": person.addresses(segment.field(5)),
    }
    return identified(said(resource), own, segment.place())


def _identifiers(segment: Segment, context: Context) -> list[Resource]:
    numbers = [identifier.of_cx(one, context, "GT1") for one in segment.field(2).repetitions]
    security = segment.text(12).strip()
    numbers += [{**identifier.typed("SS"), "system": SSN, "value": security}] if security else []
    return [one for one in numbers if one]
