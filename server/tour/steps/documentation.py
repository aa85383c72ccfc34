"""Step 3: a reading, a finding in words, and the end of the visit."""

from __future__ import annotations

from server.fhir.resource import Resource
from server.tour.visit import DOCTOR, OFFICE, PRACTICE, Visit, reference

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"


def run(visit: Visit) -> None:
    """Write down what the doctor finds, and finish the encounter."""
    guide = visit.guide
    guide.post("Observation", _temperature(visit))
    visit.condition = guide.post("Condition", _finding(visit))
    guide.fact("finding", "a cold, in the doctor's words")
    visit.encounter = guide.put(f"Encounter/{visit.encounter['id']}", _finished(visit))
    guide.fact("encounter", visit.encounter["status"])


def _temperature(visit: Visit) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "8310-5"}], "text": "Temperature"},
        "subject": reference(visit.patient),
        "encounter": reference(visit.encounter),
        "effectiveDateTime": visit.now.isoformat(timespec="seconds"),
        "valueQuantity": {"value": 37, "unit": "°C", "system": UCUM, "code": "Cel"},
    }


def _finding(visit: Visit) -> Resource:
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
        "verificationStatus": {"coding": [{"system": VERIFICATION, "code": "confirmed"}]},
        "category": [{"coding": [{"system": CATEGORY, "code": "encounter-diagnosis"}]}],
        "code": {"text": "A cold"},
        "subject": reference(visit.patient),
        "encounter": reference(visit.encounter),
        "recordedDate": visit.day.isoformat(),
    }


def _finished(visit: Visit) -> Resource:
    return {
        **visit.encounter,
        "status": "finished",
        "period": {"start": visit.day.isoformat(), "end": visit.day.isoformat()},
        "participant": [{"individual": {"reference": DOCTOR}}],
        "diagnosis": [{"condition": reference(visit.condition), "rank": 1}],
        "location": [{"location": {"reference": OFFICE}}],
        "serviceProvider": {"reference": PRACTICE},
    }
