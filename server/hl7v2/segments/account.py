"""PID-18 and GT1: the Account that charges go to.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-segment-pid-to-account.html
"""

from __future__ import annotations

from collections.abc import Sequence

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import identifier
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Segment
from server.hl7v2.segments.gt1 import Guarantor


def account(
    segment: Segment,
    patient: Entry,
    visit_number: Resource,
    context: Context,
    coverages: Sequence[Entry] = (),
    guarantors: Sequence[Guarantor] = (),
) -> Entry:
    """The account of PID-18; without a number that of the visit, and without a visit that of the patient."""
    number = identifier.of_cx(segment.field(18).first, context, "AN") or _derived(patient, visit_number)
    resource = {
        "resourceType": "Account",
        "identifier": [number],
        "status": "active",
        "subject": [patient.reference],
        "coverage": [{"coverage": one.reference, "priority": one.resource["order"]} for one in coverages],
        "guarantor": [one.element for one in guarantors],
    }
    return identified(said(resource), number, segment.place(18))


def _derived(patient: Entry, visit_number: Resource) -> Resource:
    if visit_number:
        return identifier.derived("account", visit_number["system"], visit_number["value"])
    return identifier.derived("account", *patient.identity)
