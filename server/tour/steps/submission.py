"""Step 6: the charges become a claim; one with faults is refused with every reason, the right one is decided."""

from __future__ import annotations

from decimal import Decimal

from server.fhir.resource import Json, Resource
from server.tour.visit import DOCTOR, OFFICE, PAYER, PRACTICE, Visit, amount, reference

_T = "http://terminology.hl7.org/CodeSystem"
PLACE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"


def run(visit: Visit) -> None:
    """Submit the claim with two faults, then without."""
    guide, claim = visit.guide, _claim(visit)
    guide.say("First with two faults: a wrong total, and a line that points to no diagnosis.")
    wrong = {**claim, "total": {"value": Decimal("174.00"), "currency": "USD"}}
    wrong["item"] = [{**claim["item"][0], "diagnosisSequence": [7]}, *claim["item"][1:]]
    for issue in guide.refused("Claim/$submit", wrong)["issue"]:
        guide.fact(issue["expression"][0], issue["diagnostics"])
    guide.say("Then as it should be.")
    visit.response = guide.post("Claim/$submit", claim)
    visit.claim = guide.get(visit.response["request"]["reference"])
    guide.changed(
        f"Claim/{visit.claim['id']} version {visit.claim['meta']['versionId']}, with its ExplanationOfBenefit"
    )
    guide.fact("decided", visit.response["disposition"])
    guide.fact("billed", amount(visit.response, "submitted"))


def _claim(visit: Visit) -> Resource:
    lines = [_line(visit, number, one) for number, one in enumerate(visit.charges, 1)]
    total = sum((line["net"]["value"] for line in lines), Decimal(0))
    return {
        "resourceType": "Claim",
        "identifier": [{"system": "https://willowmere.example/claims", "value": visit.record}],
        "status": "active",
        "type": {"coding": [{"system": f"{_T}/claim-type", "code": "professional"}]},
        "use": "claim",
        "patient": reference(visit.patient),
        "billablePeriod": {"start": visit.day.isoformat(), "end": visit.day.isoformat()},
        "created": visit.day.isoformat(),
        "insurer": {"reference": PAYER},
        "provider": {"reference": PRACTICE},
        "priority": {"coding": [{"system": f"{_T}/processpriority", "code": "normal"}]},
        "facility": {"reference": OFFICE},
        "careTeam": [{"sequence": 1, "provider": {"reference": DOCTOR}}],
        "diagnosis": [{"sequence": 1, "diagnosisReference": reference(visit.condition)}],
        "insurance": [{"sequence": 1, "focal": True, "coverage": reference(visit.coverage)}],
        "item": lines,
        "total": {"value": total, "currency": "USD"},
    }


def _line(visit: Visit, number: int, charge: Resource) -> Json:
    return {
        "sequence": number,
        "careTeamSequence": [1],
        "diagnosisSequence": [1],
        "productOrService": charge["code"],
        "servicedDate": charge["occurrenceDateTime"][:10],
        "locationCodeableConcept": {"coding": [{"system": PLACE, "code": "11"}]},
        "quantity": {"value": charge["quantity"]["value"]},
        "net": charge["priceOverride"],
        "encounter": [reference(visit.encounter)],
    }
