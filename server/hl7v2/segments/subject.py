"""What diagnoses, procedures and charges of a message belong to.

Source: http://hl7.org/fhir/R4/encounter.html
"""

from __future__ import annotations

from dataclasses import dataclass

from server.fhir.resource import Resource
from server.hl7v2 import entries
from server.hl7v2.entries import Entry


@dataclass(frozen=True, slots=True)
class Subject:
    """A patient and, where there is a visit, its Encounter; `identity` is that of the visit, else of the patient."""

    patient: Entry
    encounter: Resource | None
    identity: tuple[str, str]


def subject(patient: Entry, visit_number: Resource) -> Subject:
    """The subject of a message; the visit number is empty without a visit."""
    if not visit_number:
        return Subject(patient, None, patient.identity)
    encounter = entries.reference("Encounter", visit_number)
    return Subject(patient, encounter, (visit_number["system"], visit_number["value"]))
