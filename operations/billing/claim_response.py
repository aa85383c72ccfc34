"""The ClaimResponse of a decided claim.

Source: http://hl7.org/fhir/R4/claimresponse.html
"""

from __future__ import annotations

from operations.billing import adjudicated, vocabulary
from operations.billing.decision import Decision
from operations.billing.line import Line
from server.fhir import resource as resources
from server.fhir.resource import Json, Resource


def build(decision: Decision) -> Resource:
    """The ClaimResponse; it balances, or Unbalanced is raised."""
    claim, judged = decision.claim, decision.adjudication
    notes, payment = adjudicated.notes(judged), adjudicated.payment(decision)
    type_ = vocabulary.concept(vocabulary.PAYMENT_TYPE, "complete")
    return adjudicated.balanced(
        {
            "resourceType": "ClaimResponse",
            "id": decision.response,
            "status": "active",
            "type": claim["type"],
            **({"subType": claim["subType"]} if "subType" in claim else {}),
            "use": claim["use"],
            "patient": claim["patient"],
            "created": decision.created,
            "insurer": decision.insurer,
            "requestor": claim["provider"],
            "request": {"reference": resources.key(claim)},
            "outcome": "complete",
            "disposition": decision.disposition,
            "payeeType": decision.payee["type"],
            "item": [_item(line, judged.terms.network, notes) for line in judged.lines],
            "total": adjudicated.totals(judged),
            **({"payment": {"type": type_, **payment}} if payment else {}),
            **({"processNote": notes} if notes else {}),
            "insurance": [_insurance(one) for one in claim["insurance"]],
        }
    )


def _item(line: Line, network: str, notes: list[Resource]) -> Resource:
    numbers = adjudicated.note_numbers(line, notes)
    return {
        "itemSequence": line.charge.sequence,
        **({"noteNumber": numbers} if numbers else {}),
        "adjudication": adjudicated.of_line(line, network),
    }


def _insurance(one: Json) -> Resource:
    return {name: one[name] for name in ("sequence", "focal", "coverage")}
