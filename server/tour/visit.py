"""What the tour knows of its visit, and learns on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from server.fhir.resource import Resource
from server.tour.door import Door
from server.tour.guide import Guide

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
PRACTICE, PAYER = "Organization/willowmere", "Organization/larkspur"
DOCTOR, OFFICE = "Practitioner/juniper-ashgrove", "Location/willowmere-office"


@dataclass(slots=True)
class Visit:
    """One visit today: `number` sets it apart from every other tour; the rest is filled in as the tour goes."""

    guide: Guide
    door: Door
    now: datetime
    number: str
    patient: Resource = field(default_factory=dict)
    coverage: Resource = field(default_factory=dict)
    account: Resource = field(default_factory=dict)
    encounter: Resource = field(default_factory=dict)
    condition: Resource = field(default_factory=dict)
    charges: list[Resource] = field(default_factory=list)
    claim: Resource = field(default_factory=dict)
    response: Resource = field(default_factory=dict)
    explanation: Resource = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day of the visit."""
        return self.now.date()

    @property
    def record(self) -> str:
        """The medical record number."""
        return f"TOUR-{self.number}"


def reference(resource: Resource) -> Resource:
    """A Reference to a stored resource."""
    return {"reference": f"{resource['resourceType']}/{resource['id']}"}


def amount(resource: Resource, code: str) -> str:
    """A total of a ClaimResponse or EOB by the code of its category, with its currency."""
    for total in resource.get("total", ()):
        if any(one.get("code") == code for one in total["category"]["coding"]):
            return f"{total['amount']['value']:.2f} {total['amount']['currency']}"
    return "nothing"
