"""Step 8: the statement: what is owed, and why."""

from __future__ import annotations

from decimal import Decimal

from server.fhir.resource import Json, Resource
from server.tour.visit import PRACTICE, Visit, reference

BASE = {"type": "base"}


def run(visit: Visit) -> None:
    """Bill the patient's share of each line."""
    guide = visit.guide
    invoice = guide.post("Invoice", _invoice(visit))
    guide.fact("owed", f"{invoice['totalNet']['value']:.2f} {invoice['totalNet']['currency']}")
    for line in invoice["lineItem"]:
        price = line["priceComponent"][0]["amount"]
        guide.fact(line["chargeItemCodeableConcept"]["coding"][0]["code"], f"{price['value']:.2f} {price['currency']}")


def _invoice(visit: Visit) -> Resource:
    lines = [(item, _share(item)) for item in visit.explanation["item"]]
    total = sum((share for _, share in lines), Decimal(0))
    return {
        "resourceType": "Invoice",
        "identifier": [{"system": "https://willowmere.example/invoices", "value": visit.record}],
        "status": "issued",
        "subject": reference(visit.patient),
        "recipient": reference(visit.patient),
        "date": visit.now.isoformat(timespec="seconds"),
        "issuer": {"reference": PRACTICE},
        "account": reference(visit.account),
        "lineItem": [_line(item, share) for item, share in lines if share],
        "totalNet": {"value": total, "currency": "USD"},
        "note": [{"text": f"Your share of claim {visit.claim['id']}, as your plan explains it."}],
    }


def _line(item: Json, share: Decimal) -> Resource:
    amount = {"value": share, "currency": "USD"}
    return {
        "sequence": item["sequence"],
        "chargeItemCodeableConcept": item["productOrService"],
        "priceComponent": [{**BASE, "amount": amount}],
    }


def _share(item: Json) -> Decimal:
    """What the patient owes of a line."""
    for part in item["adjudication"]:
        if any(one.get("code") == "memberliability" for one in part["category"]["coding"]):
            return Decimal(part["amount"]["value"])
    return Decimal(0)
