"""DFT P03: charges, with the diagnoses and procedures that they are for.

Patient, visit, account and coverages are registered by other messages; here they are created only where they are
missing, and otherwise left as they are.

Source: http://v2plus.hl7.org/2021Jan/message-structure/DFT_P03.html
"""

from __future__ import annotations

from collections.abc import Sequence

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.entries import Entry, kept
from server.hl7v2.er7 import Message, Segment
from server.hl7v2.faults import DUPLICATE_KEY, SEGMENT_SEQUENCE, Place, Unmappable
from server.hl7v2.segments import account, dg1, ft1, in1, pid, pr1, pv1, subject

UNKNOWN = "unknown"
"""The status of a visit of which only charges are known."""


def entries(message: Message, context: Context) -> list[Entry]:
    """The patient first, then coverages, account, visit, diagnoses, and each charge after its procedures."""
    patient = kept(pid.patient(message.segment("PID"), context))
    number = pv1.number(message, context)
    insured = [[kept(one) for one in in1.coverage(segment, patient, context)] for segment in message.segments("IN1")]
    coverages = [made[-1] for made in insured]
    owed = kept(account.account(message.segment("PID"), patient, number, context, coverages))
    about = subject.subject(patient, number)
    diagnosed = [dg1.condition(one, about, context) for one in message.segments("DG1")]
    conditions = [made[-1] for made in diagnosed]
    bill = ft1.Bill(about, owed, conditions, message.control_id)
    found = [
        patient,
        *(one for made in insured for one in made),
        owed,
        *_visit(message, patient, number, owed, context),
    ]
    return [*found, *(one for made in diagnosed for one in made), *_charges(message, bill, context)]


def _visit(message: Message, patient: Entry, number: Resource, owed: Entry, context: Context) -> list[Entry]:
    if not number:
        return []
    visit = pv1.Visit(patient, UNKNOWN, owed)
    return [kept(one) for one in pv1.encounter(message.segment("PV1"), number, visit, context)]


def _charges(message: Message, bill: ft1.Bill, context: Context) -> list[Entry]:
    """Each charge and its procedures; raises Unmappable without a charge or where two have one number."""
    found: list[Entry] = []
    numbers: set[str] = set()
    for segment, procedures in _groups(message):
        performed = [pr1.procedure(one, bill.subject, context) for one in procedures]
        charged = ft1.charge(segment, bill, [made[-1] for made in performed], context)
        if charged[-1].criterion in numbers:
            raise Unmappable(segment.place(2), DUPLICATE_KEY, "two charges have one transaction number")
        numbers.add(charged[-1].criterion)
        found += [one for made in performed for one in made] + charged
    if not found:
        raise Unmappable(Place("FT1"), SEGMENT_SEQUENCE, "a charge is required")
    return found


def _groups(message: Message) -> Sequence[tuple[Segment, list[Segment]]]:
    """Each FT1 with the PR1 segments that follow it."""
    groups: list[tuple[Segment, list[Segment]]] = []
    for segment in message.content:
        if segment.name == "FT1":
            groups.append((segment, []))
        elif segment.name == "PR1" and groups:
            groups[-1][1].append(segment)
    return groups
