"""PV1: the Encounter, found by its visit number.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-segment-pv1-to-encounter.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import coded, identifier
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Message, Segment
from server.hl7v2.segments import leaf, practitioner
from server.hl7v2.tables import PATIENT_CLASS, V2, V3

PARTICIPANTS = ((7, "ATND"), (8, "REF"), (9, "CON"), (17, "ADM"))
"""The fields that name practitioners, and their v3 participation types."""

NO_VISIT = "N"
"""The patient class of a PV1 that is there for its form only."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What an Encounter is made with: the patient, the account, the diagnoses and the status of the event."""

    patient: Entry
    status: str
    account: Entry | None = None
    diagnoses: Sequence[Resource] = ()


def number(message: Message, context: Context) -> Resource:
    """The visit number (PV1-19 or PV1-50), else one derived from patient and admission time; empty without a visit."""
    segment = message.segment("PV1")
    if not segment.present or segment.text(2).strip() == NO_VISIT:
        return {}
    for position in (19, 50):
        if found := identifier.of_cx(segment.field(position).first, context, "VN"):
            return {**found, **identifier.typed("VN")} if position == 19 else found
    admitted, record = segment.text(44).strip(), message.segment("PID").raw(3)
    return identifier.derived(context.sender, "visit", record, admitted) if admitted else {}


def encounter(segment: Segment, visit_number: Resource, visit: Visit, context: Context) -> list[Entry]:
    """The Encounter and the practitioners it names; raises Unmappable without a patient class."""
    mentioned = [
        (role, one) for position, role in PARTICIPANTS for one in practitioner.mentions(segment, position, context)
    ]
    period = leaf.period(segment, 44, 45, context)
    resource = {
        "resourceType": "Encounter",
        "identifier": _identifiers(segment, visit_number, context),
        "status": "finished" if "end" in period else visit.status,
        "class": _class(" ".join(leaf.required(segment, 2).split())),
        "type": _concepts(segment, 4, "0007"),
        "serviceType": next(iter(_concepts(segment, 10, "0069")), None),
        "subject": visit.patient.reference,
        "participant": [_participant(role, one.reference) for role, one in mentioned],
        "period": period,
        "diagnosis": list(visit.diagnoses),
        "account": [visit.account.reference] if visit.account else [],
        "hospitalization": _hospitalization(segment, context),
        "location": _location(segment),
    }
    main = identified(said(resource), visit_number, segment.place())
    return [*(entry for _, one in mentioned for entry in one.entries), main]


def _identifiers(segment: Segment, visit_number: Resource, context: Context) -> list[Resource]:
    other = identifier.of_cx(segment.field(50).first, context, "VN")
    return [visit_number, *([other] if other and other != visit_number else [])]


def _class(code: str) -> Resource:
    system, meaning = PATIENT_CLASS.get(code.upper(), (f"{V2}0004", code))
    return {"system": system, "code": meaning}


def _concepts(segment: Segment, position: int, table: str) -> list[Resource]:
    found = coded.concept(segment.field(position).first, f"{V2}{table}")
    return [found] if found else []


def _participant(role: str, reference: Resource) -> Resource:
    return {"type": [{"coding": [{"system": f"{V3}ParticipationType", "code": role}]}], "individual": reference}


def _hospitalization(segment: Segment, context: Context) -> Resource:
    fields = (("admitSource", 14, "0023"), ("reAdmission", 13, "0092"), ("dischargeDisposition", 36, "0112"))
    coded_parts = {name: next(iter(_concepts(segment, step, table)), None) for name, step, table in fields}
    return said({"preAdmissionIdentifier": identifier.of_cx(segment.field(5).first, context, "VN"), **coded_parts})


def _location(segment: Segment) -> list[Resource]:
    """Where the patient is (PV1-3), named by facility, building, floor, point of care, room and bed."""
    value = segment.field(3).first
    names = [value.text(step).strip() for step in (4, 7, 8, 1, 2, 3)]
    text = ", ".join(name for name in names if name)
    return [{"location": {"display": text}}] if text else []
