"""Step 2: eligibility, from the plan and what earlier claims used up."""

from __future__ import annotations

from collections.abc import Iterator

from server.fhir.resource import Json, Resource
from server.tour.visit import PRACTICE, Visit

OFFICE_VISIT = "98"


def run(visit: Visit) -> None:
    """Ask the plan about today."""
    guide = visit.guide
    asked = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "date", "valueDate": visit.day.isoformat()},
            {"name": "category", "valueCode": OFFICE_VISIT},
            {"name": "provider", "valueReference": {"reference": PRACTICE}},
        ],
    }
    answer = guide.post(f"Coverage/{visit.coverage['id']}/$eligibility", asked)
    insurance = answer["insurance"][0]
    guide.fact("in force", "yes" if insurance["inforce"] else "no")
    for name, said in _benefits(insurance):
        guide.fact(name, said)
    if not insurance["inforce"]:
        guide.say(answer["disposition"])


def _benefits(insurance: Resource) -> Iterator[tuple[str, str]]:
    for item in insurance.get("item", ()):
        who = item.get("unit", {}).get("coding", [{}])[0].get("code", "")
        what = "office visit" if _code(item["category"]) == OFFICE_VISIT else f"whole plan, {who}"
        network = item.get("network", {}).get("coding", [{}])[0].get("code", "")
        for benefit in item.get("benefit", ()):
            yield f"{what}{', in network' if network == 'in' else ''}: {_code(benefit['type'])}", _amount(benefit)


def _amount(benefit: Json) -> str:
    allowed, used = benefit.get("allowedMoney"), benefit.get("usedMoney")
    if allowed is None:
        return f"{benefit.get('allowedUnsignedInt', benefit.get('allowedString', ''))}"
    spent = f", {used['value']:.2f} used" if used else ""
    return f"{allowed['value']:.2f} {allowed['currency']}{spent}"


def _code(concept: Json) -> str:
    return str(concept["coding"][0]["code"])
