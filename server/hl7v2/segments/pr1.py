"""PR1: a Procedure.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-segment-pr1-to-procedure.html
"""

from __future__ import annotations

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import coded, identifier
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Segment
from server.hl7v2.faults import REQUIRED_FIELD, Unmappable
from server.hl7v2.segments import leaf, practitioner
from server.hl7v2.segments.subject import Subject
from server.hl7v2.tables import V2

PERFORMERS = ((11, "surgeon"), (8, "anesthesiologist"), (12, "procedure practitioner"))
"""The fields that name practitioners, and what each does."""


def procedure(segment: Segment, subject: Subject, context: Context) -> list[Entry]:
    """The performing practitioners and last the Procedure."""
    own = identifier.of_ei(segment.field(19).first, context, "PR1-19")
    key = own or identifier.derived(*subject.identity, "PR1", segment.text(3), segment.text(5), str(segment.sequence))
    mentioned = [
        (function, one)
        for position, function in PERFORMERS
        for one in practitioner.mentions(segment, position, context)
    ]
    performed = leaf.date_time(segment, 5, context)
    category = coded.concept(segment.field(6).first, f"{V2}0230")
    reason = coded.concept(segment.field(15).first)
    resource = {
        "resourceType": "Procedure",
        "identifier": [key],
        "status": "completed" if performed else "unknown",
        "category": category,
        "code": _code(segment),
        "subject": subject.patient.reference,
        "encounter": subject.encounter,
        "performedDateTime": performed,
        "performer": [{"function": {"text": function}, "actor": one.reference} for function, one in mentioned],
        "reasonCode": [reason] if reason else [],
    }
    main = identified(said(resource), key, segment.place())
    return [*(entry for _, one in mentioned for entry in one.entries), main]


def _code(segment: Segment) -> Resource:
    """The coded procedure (PR1-3, with the older PR1-2 for its system and PR1-4 for its text)."""
    value = segment.field(3).first
    default = coded.system(segment.text(2).strip()) or coded.procedure_system(value.text(1).strip())
    found = coded.concept(value, default)
    text = segment.text(4).strip()
    if not found and not text:
        raise Unmappable(segment.place(3), REQUIRED_FIELD, "a procedure is required")
    return {**found, **({"text": text} if text else {})}
