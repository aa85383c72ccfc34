"""The ExplanationOfBenefit of a decided claim, with CARIN Blue Button's categories.

Source: http://hl7.org/fhir/R4/explanationofbenefit.html
"""

from __future__ import annotations

from operations.billing import adjudicated, categories, vocabulary, yearly
from operations.billing.decision import Decision
from operations.billing.line import Line
from server.fhir import resource as resources
from server.fhir.resource import Json, Resource

COPIED = (
    "type",
    "subType",
    "use",
    "patient",
    "enterer",
    "provider",
    "priority",
    "related",
    "referral",
    "facility",
    "careTeam",
    "diagnosis",
    "procedure",
    "accident",
)
"""What an EOB repeats of its claim as it stands; supportingInfo and insurance differ."""


def build(decision: Decision) -> Resource:
    """The ExplanationOfBenefit; it balances, or Unbalanced is raised."""
    judged, claim = decision.adjudication, decision.claim
    notes, network = adjudicated.notes(judged), judged.terms.network
    informed = [_information(one) for one in claim.get("supportingInfo", ())]
    return adjudicated.balanced(
        {
            "resourceType": "ExplanationOfBenefit",
            "id": decision.explanation,
            "identifier": [decision.number, *decision.places],
            "status": "active",
            **{name: claim[name] for name in COPIED if name in claim},
            "provider": decision.provider,
            "billablePeriod": decision.billed,
            "created": decision.created,
            "insurer": decision.insurer,
            "payee": decision.payee,
            "claim": {"reference": resources.key(claim)},
            "claimResponse": {"reference": f"ClaimResponse/{decision.response}"},
            "outcome": "complete",
            "disposition": decision.disposition,
            **({"supportingInfo": informed} if informed else {}),
            "insurance": [_insurance(one) for one in claim["insurance"]],
            "item": [_item(*pair, network, notes) for pair in zip(claim["item"], judged.lines, strict=True)],
            "adjudication": [categories.status("billingnetworkstatus", adjudicated.NETWORK_STATUS[network])],
            "total": adjudicated.totals(judged),
            "payment": {"type": _payment_status(judged.outcome), **adjudicated.payment(decision)},
            **({"processNote": notes} if notes else {}),
            "benefitPeriod": yearly.period(judged.after.year),
            **_balances(decision),
        }
    )


def _item(item: Json, line: Line, network: str, notes: list[Resource]) -> Resource:
    numbers = adjudicated.note_numbers(line, notes)
    return {
        **item,
        "category": vocabulary.concept(vocabulary.SERVICE_TYPE, line.charge.category),
        **({"noteNumber": numbers} if numbers else {}),
        "adjudication": adjudicated.of_line(line, network),
    }


def _information(one: Json) -> Resource:
    """A reason is a concept in a Claim but one Coding in an EOB; one that is text alone has no place there."""
    kept = {name: value for name, value in one.items() if name != "reason"}
    codings = one.get("reason", {}).get("coding", ())
    return {**kept, "reason": codings[0]} if codings else kept


def _insurance(one: Json) -> Resource:
    return {name: one[name] for name in ("focal", "coverage", "preAuthRef", "_preAuthRef") if name in one}


def _payment_status(outcome: str) -> Resource:
    return vocabulary.concept(vocabulary.CARIN_STATUS, vocabulary.PAYMENT_STATUS[outcome])


def _balances(decision: Decision) -> Resource:
    judged = decision.adjudication
    found = [
        {**yearly.heading(unit), "financial": [yearly.figure(one) for one in amounts]}
        for unit, amounts in yearly.balances(judged.terms.plan, judged.after).items()
    ]
    return {"benefitBalance": found} if found else {}
