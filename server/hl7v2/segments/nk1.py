"""NK1: next of kin and other contacts, each a RelatedPerson of the patient.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-segment-nk1-to-relatedperson.html
"""

from __future__ import annotations

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import coded, identifier, person
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Segment
from server.hl7v2.segments import leaf, relation
from server.hl7v2.segments.pid import gender, language
from server.hl7v2.tables import CONTACT_ROLE, V2


def related_person(segment: Segment, patient: Entry, context: Context) -> Entry:
    """The contact, known again by the patient and its place in the list of contacts."""
    own = identifier.derived(*patient.identity, "NK1", str(segment.sequence))
    given = [identifier.of_cx(one, context, "NK1") for one in segment.field(33).repetitions]
    resource = {
        "resourceType": "RelatedPerson",
        "identifier": [own, *(one for one in given if one)],
        "patient": patient.reference,
        "relationship": _relationship(segment),
        "name": person.names(segment.field(2)),
        "telecom": person.telecoms(segment.field(5), "home") + person.telecoms(segment.field(6), "work"),
        "gender": gender(segment, 15),
        "birthDate": leaf.date(segment, 16),
        "address": person.addresses(segment.field(4)),
        "period": leaf.period(segment, 8, 9, context),
        "communication": language(segment, 20, preferred=False),
    }
    return identified(said(resource), own, segment.place())


def _relationship(segment: Segment) -> list[Resource]:
    role = segment.field(7).first
    table = f"{V2}0131" if role.text(1).strip() in CONTACT_ROLE else ""
    as_contact = coded.concept(role, table) if table else relation.concept(role)
    return [one for one in (relation.concept(segment.field(3).first), as_contact) if one]
