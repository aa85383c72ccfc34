"""ADT events that register a person or a visit: A01, A04, A05, A08, A28, A31, which share one structure.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-message-adt-a01-to-bundle.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.entries import Entry
from server.hl7v2.er7 import Message
from server.hl7v2.segments import account, dg1, gt1, in1, nk1, pid, pr1, pv1, subject
from server.hl7v2.segments.gt1 import Guarantor

STATUS: Mapping[str, str] = {"A01": "in-progress", "A04": "in-progress", "A05": "planned"}
"""The status that an event gives its visit; one that only tells of changes leaves it to the patient class."""


def entries(message: Message, context: Context) -> list[Entry]:
    """The patient first, then contacts, payers and coverages, account, practitioners, diagnoses and the visit."""
    patient = pid.patient(message.segment("PID"), context)
    visit = pv1.number(message, context)
    contacts = [nk1.related_person(one, patient, context) for one in message.segments("NK1")]
    insured = [in1.coverage(one, patient, context) for one in message.segments("IN1")]
    guarantors = [gt1.guarantor(one, patient, context) for one in message.segments("GT1")]
    found = [patient, *contacts, *_flat(insured), *_flat([one.entries for one in guarantors])]
    owed = _account(message, patient, visit, [one[-1] for one in insured], guarantors, context)
    return [*found, *owed, *_visit(message, patient, visit, owed, context)]


def _account(
    message: Message,
    patient: Entry,
    visit: Resource,
    coverages: Sequence[Entry],
    guarantors: Sequence[Guarantor],
    context: Context,
) -> list[Entry]:
    """The account, where the message names one or says who pays."""
    segment = message.segment("PID")
    if not (segment.field(18).valued or coverages or guarantors):
        return []
    return [account.account(segment, patient, visit, context, coverages, guarantors)]


def _visit(message: Message, patient: Entry, number: Resource, owed: Sequence[Entry], context: Context) -> list[Entry]:
    """Diagnoses, procedures, and the encounter they belong to where there is a visit."""
    about = subject.subject(patient, number)
    diagnoses = [(one, dg1.condition(one, about, context)) for one in message.segments("DG1")]
    procedures = [pr1.procedure(one, about, context) for one in message.segments("PR1")]
    found = [*_flat([made for _, made in diagnoses]), *_flat(procedures)]
    if not number:
        return found
    ranked = [dg1.of_visit(segment, made[-1]) for segment, made in diagnoses]
    visit = pv1.Visit(patient, _status(message), owed[0] if owed else None, ranked)
    return [*found, *pv1.encounter(message.segment("PV1"), number, visit, context)]


def _status(message: Message) -> str:
    expected = message.segment("PV1").text(2).strip().upper() == "P"
    return STATUS.get(message.trigger, "planned" if expected else "in-progress")


def _flat(groups: Sequence[Sequence[Entry]]) -> list[Entry]:
    return [entry for group in groups for entry in group]
