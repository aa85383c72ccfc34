"""DG1: the Condition of a visit.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-segment-dg1-to-condition.html
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
from server.hl7v2.tables import DIAGNOSIS_ROLE, DIAGNOSIS_STATUS

CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
STATUS = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
ROLE = "http://terminology.hl7.org/CodeSystem/diagnosis-role"
ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"


def condition(segment: Segment, subject: Subject, context: Context) -> list[Entry]:
    """The diagnosing practitioners and last the Condition."""
    code = diagnosis(segment)
    own = identifier.of_ei(segment.field(20).first, context, "DG1-20")
    key = own or identifier.derived(*subject.identity, "DG1", *_what(code))
    mentioned = practitioner.mentions(segment, 16, context)[:1]
    status = DIAGNOSIS_STATUS.get(segment.text(6).strip().upper())
    asserted = leaf.date_time(segment, 19, context)
    resource = {
        "resourceType": "Condition",
        "extension": [{"url": ASSERTED, "valueDateTime": asserted}] if asserted else [],
        "identifier": [key],
        "verificationStatus": {"coding": [{"system": STATUS, "code": status}]} if status else {},
        "category": [{"coding": [{"system": CATEGORY, "code": "encounter-diagnosis"}]}],
        "code": code,
        "subject": subject.patient.reference,
        "encounter": subject.encounter,
        "onsetDateTime": leaf.date_time(segment, 5, context),
        "asserter": mentioned[0].reference if mentioned else {},
    }
    return [*(entry for one in mentioned for entry in one.entries), identified(said(resource), key, segment.place())]


def _what(code: Resource) -> tuple[str, str]:
    """What tells a diagnosis from others of its subject: its first code, or its text without one."""
    first = next(iter(code.get("coding", ())), None)
    return (first.get("system", ""), first["code"]) if first else ("", code["text"])


def diagnosis(segment: Segment) -> Resource:
    """The coded diagnosis (DG1-3, with the older DG1-2 for its system and DG1-4 for its text)."""
    value = segment.field(3).first
    default = coded.system(segment.text(2).strip()) or coded.diagnosis_system(value.text(1).strip())
    found = coded.concept(value, default)
    text = segment.text(4).strip()
    if not found and not text:
        raise Unmappable(segment.place(3), REQUIRED_FIELD, "a diagnosis is required")
    return {**found, **({"text": text} if text else {})}


def of_visit(segment: Segment, condition: Entry) -> Resource:
    """The Encounter.diagnosis element: the condition, its role and its rank."""
    role, rank = DIAGNOSIS_ROLE.get(segment.text(6).strip().upper()), segment.text(15).strip()
    return said(
        {
            "condition": condition.reference,
            "use": {"coding": [{"system": ROLE, "code": role}]} if role else {},
            "rank": int(rank) if rank.isascii() and rank.isdigit() and 0 < int(rank) < 100 else None,
        }
    )
