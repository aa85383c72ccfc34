"""Step 9: two payments are matched to the claim; a third would be too much."""

from __future__ import annotations

from decimal import Decimal

from server.fhir.resource import Json, Resource
from server.tour.visit import PAYER, PRACTICE, Visit, amount, reference

PAYMENT = "http://terminology.hl7.org/CodeSystem/payment-type"


def run(visit: Visit) -> None:
    """Post what the payer and then the patient pay, and try to post once more."""
    guide = visit.guide
    benefit, share = (_owed(visit, code) for code in ("benefit", "memberliability"))
    if benefit:
        guide.post(
            "PaymentReconciliation/$post", {**_payment(visit, benefit, "EFT"), "paymentIssuer": {"reference": PAYER}}
        )
        guide.fact("from the payer", f"{benefit:.2f} USD")
    if share:
        guide.post("PaymentReconciliation/$post", _payment(visit, share, "CARD"))
        guide.fact("from the patient", f"{share:.2f} USD")
    guide.say("The claim is paid to the cent; one more cent is refused.")
    for issue in guide.refused("PaymentReconciliation/$post", _payment(visit, Decimal("0.01"), "CENT"))["issue"]:
        guide.fact(issue["expression"][0], issue["diagnostics"])
    paid = guide.get(f"ExplanationOfBenefit/{visit.explanation['id']}")
    for code in ("paidtoprovider", "paidbypatient"):
        guide.fact(code, amount(paid, code))


def _owed(visit: Visit, code: str) -> Decimal:
    for total in visit.explanation["total"]:
        if any(one.get("code") == code for one in total["category"]["coding"]):
            return Decimal(total["amount"]["value"])
    return Decimal(0)


def _payment(visit: Visit, value: Decimal, kind: str) -> Resource:
    money: Json = {"value": value, "currency": "USD"}
    return {
        "resourceType": "PaymentReconciliation",
        "status": "active",
        "created": visit.day.isoformat(),
        "requestor": {"reference": PRACTICE},
        "paymentDate": visit.day.isoformat(),
        "paymentAmount": money,
        "paymentIdentifier": {"system": "https://willowmere.example/payments", "value": f"{kind}-{visit.number}"},
        "detail": [
            {
                "type": {"coding": [{"system": PAYMENT, "code": "payment"}]},
                "request": reference(visit.claim),
                "response": reference(visit.response),
                "amount": money,
            }
        ],
    }
