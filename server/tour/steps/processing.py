"""Step 7: the explanation of benefits, line by line."""

from __future__ import annotations

from server.fhir.resource import Json, Resource
from server.tour.visit import Visit, amount

_WORDS = (
    ("submitted", "charged"),
    ("discount", "the plan's discount"),
    ("eligible", "allowed"),
    ("benefit", "the plan pays"),
    ("memberliability", "you owe"),
)


def run(visit: Visit) -> None:
    """Read what was decided, and try to change it."""
    guide = visit.guide
    visit.explanation = guide.one(f"ExplanationOfBenefit?claim=Claim/{visit.claim['id']}")
    for item in visit.explanation["item"]:
        code = item["productOrService"]["coding"][0]["code"]
        guide.fact(f"line {item['sequence']} {code}", _said(item))
    for code, words in _WORDS:
        guide.fact(words, amount(visit.explanation, code))
    guide.say("What is posted stays: a plain delete is refused.")
    refused = guide.refused("", _deletion(visit))
    guide.fact("refused", refused["issue"][0]["diagnostics"])


def _deletion(visit: Visit) -> Resource:
    request = {"method": "DELETE", "url": f"ExplanationOfBenefit/{visit.explanation['id']}"}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": request}]}


def _said(item: Json) -> str:
    parts = [
        f"{part['category']['coding'][0]['code']} {part['amount']['value']:.2f}"
        for part in item["adjudication"]
        if "amount" in part
    ]
    return ", ".join(parts)
