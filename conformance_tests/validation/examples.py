"""Small valid resources; each test breaks one rule of a copy."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal

from profiles import load
from server.fhir.resource import Json, Resource
from server.validation.validator import compile_validator

DEFINITIONS = load.definitions()
VALIDATOR = compile_validator(DEFINITIONS)

_PATIENT_REFERENCE = {"reference": "Patient/1"}
_NARRATIVE = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Visit</div>'}

EXAMPLES: Mapping[str, Resource] = {
    "Patient": {
        "resourceType": "Patient",
        "id": "1",
        "meta": {"versionId": "1", "lastUpdated": "2024-02-29T10:00:00.123Z"},
        "text": _NARRATIVE,
        "contained": [{"resourceType": "Organization", "id": "home", "name": "Practice"}],
        "extension": [{"url": "http://example.org/nested", "extension": [{"url": "a", "valueString": "b"}]}],
        "identifier": [
            {"system": "http://example.org/mrn", "value": "17", "period": {"start": "2020", "end": "2020-06"}}
        ],
        "active": True,
        "name": [
            {
                "family": "Doe",
                "given": ["Ann", None],
                "_given": [None, {"extension": [{"url": "http://example.org/absent", "valueCode": "unknown"}]}],
            }
        ],
        "gender": "female",
        "birthDate": "1980-02-29",
        "_birthDate": {"id": "b", "extension": [{"url": "http://example.org/time", "valueTime": "11:20:00"}]},
        "deceasedBoolean": False,
        "maritalStatus": {"coding": [{"system": "http://example.org/m", "code": "S"}]},
        "multipleBirthInteger": 2,
        "managingOrganization": {"reference": "#home"},
        "link": [{"other": _PATIENT_REFERENCE, "type": "seealso"}],
    },
    "Coverage": {
        "resourceType": "Coverage",
        "status": "active",
        "beneficiary": _PATIENT_REFERENCE,
        "payor": [{"reference": "https://example.org/fhir/Organization/9/_history/2"}],
        "order": 1,
        "costToBeneficiary": [{"valueMoney": {"value": Decimal("25.00"), "currency": "USD"}}],
    },
    "Encounter": {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": _PATIENT_REFERENCE,
        "period": {"start": "2024-01-01T10:00:00+01:00", "end": "2024-01-01T09:30:00Z"},
    },
    "Claim": {
        "resourceType": "Claim",
        "status": "active",
        "type": {"coding": [{"system": "http://example.org/type", "code": "professional"}]},
        "use": "claim",
        "patient": _PATIENT_REFERENCE,
        "created": "2024-01-02",
        "provider": {"reference": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"},
        "priority": {"text": "normal"},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage?identifier=4"}}],
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": {"text": "cough"}}],
        "item": [
            {
                "sequence": 1,
                "productOrService": {"text": "visit"},
                "servicedDate": "2024-01-01",
                "locationCodeableConcept": {"text": "office"},
                "quantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "1"},
                "net": {"value": Decimal("72.50"), "currency": "USD"},
            }
        ],
    },
    "ExplanationOfBenefit": {
        "resourceType": "ExplanationOfBenefit",
        "status": "active",
        "type": {"text": "professional"},
        "use": "claim",
        "patient": _PATIENT_REFERENCE,
        "created": "2024-01-03T00:00:00Z",
        "insurer": {"display": "Payer"},
        "provider": {"reference": "Practitioner/2"},
        "outcome": "complete",
        "insurance": [{"focal": True, "coverage": {"reference": "Coverage/1"}}],
        "item": [
            {
                "sequence": 1,
                "productOrService": {"text": "visit"},
                "adjudication": [{"category": {"text": "paid"}, "amount": {"value": Decimal("50.00")}}],
            }
        ],
    },
    "Bundle": {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
                "resource": {"resourceType": "Practitioner", "name": [{"family": "Roe"}]},
                "request": {"method": "POST", "url": "Practitioner"},
            }
        ],
    },
    "Parameters": {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "resource", "resource": {"resourceType": "Patient", "id": "1"}},
            {"name": "whole", "part": [{"name": "inner", "valueDecimal": Decimal("1.0")}]},
        ],
    },
    "Observation": {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "weight"},
        "valueQuantity": {"value": Decimal("70.1"), "comparator": ">="},
        "component": [{"code": {"text": "part"}, "referenceRange": [{"text": "all"}]}],
    },
    "Practitioner": {
        "resourceType": "Practitioner",
        "photo": [{"contentType": "image/png", "data": "AAEC\nAw=="}],
        "telecom": [{"system": "phone", "value": "555-0100", "rank": 1}],
    },
    "Organization": {
        "resourceType": "Organization",
        "name": "Practice",
        "address": [{"line": ["1 Main"], "use": "work"}],
    },
    "AllergyIntolerance": {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {
            "coding": [
                {"system": "http://example.org/local", "code": "x"},
                {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"},
            ]
        },
        "patient": _PATIENT_REFERENCE,
    },
    "MedicationRequest": {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "aspirin"},
        "subject": _PATIENT_REFERENCE,
        "dosageInstruction": [{"timing": {"repeat": {"timeOfDay": ["08:00:00"]}}}],
    },
    "ValueSet": {
        "resourceType": "ValueSet",
        "status": "active",
        "compose": {"include": [{"system": "http://example.org/s", "concept": [{"code": "two words"}]}]},
    },
}
"""One for each of a dozen types; together they use every construct of the JSON format."""

_GONE = object()


def issues(resource: Json) -> list[tuple[str, str]]:
    """The code and expression of each issue."""
    return [(one.code, one.expression) for one in VALIDATOR.issues(resource)]


def broken(type: str, path: tuple[str | int, ...], value: Json = _GONE) -> Resource:
    """A copy of the example whose member at the path has the value; without a value it is taken away."""
    resource = deepcopy(EXAMPLES[type])
    holder: Json = resource
    for step in path[:-1]:
        holder = holder[step]
    if value is _GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return resource
