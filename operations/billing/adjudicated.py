"""The adjudication elements that ClaimResponse and ExplanationOfBenefit share: of each line, in total, and as payment.

Source: http://hl7.org/fhir/us/carin-bb/STU2/StructureDefinition-C4BB-ExplanationOfBenefit.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from operations.billing import categories, money, reasons, vocabulary
from operations.billing.adjudication import Adjudication
from operations.billing.decision import Decision
from operations.billing.line import Line, Reason
from operations.billing.money import Money, Unbalanced
from operations.billing.plan import IN_NETWORK, OUT_OF_NETWORK
from server.fhir.resource import Json, Resource

AMOUNTS: Mapping[str, Callable[[Line], Money]] = {
    "submitted": lambda line: line.charge.submitted,
    "eligible": lambda line: line.allowed,
    "discount": lambda line: line.discount,
    "noncovered": lambda line: line.noncovered,
    "deductible": lambda line: line.deductible,
    "copay": lambda line: line.copay,
    "coinsurance": lambda line: line.coinsurance,
    "benefit": lambda line: line.benefit,
    "memberliability": lambda line: line.liability,
}
"""The amounts of a line by the name of their category."""

ALWAYS = ("submitted", "eligible", "benefit", "memberliability")
"""Said even when zero; the others only when not."""

REASONS: Mapping[str, Callable[[Line], Reason]] = {
    "discount": lambda line: reasons.DISCOUNT,
    "noncovered": lambda line: line.denial or reasons.EXCESS,
    "deductible": lambda line: reasons.DEDUCTIBLE,
    "copay": lambda line: reasons.COPAY,
    "coinsurance": lambda line: reasons.COINSURANCE,
}
"""Why an amount is not paid, by the name of its category."""


NETWORK_STATUS: Mapping[str, str] = {IN_NETWORK: "innetwork", OUT_OF_NETWORK: "outofnetwork"}
"""What CARIN calls a network."""


def of_line(line: Line, network: str) -> list[Resource]:
    """The adjudication of a line: its amounts with their reasons, why it is denied, and the network it is judged in."""
    amounts = [
        categories.element(name, amount(line), _reason(name, line))
        for name, amount in AMOUNTS.items()
        if name in ALWAYS or amount(line).minor
    ]
    denial = [_adjustment(line.denial)] if line.denial else []
    return [*amounts, *denial, categories.status("benefitpaymentstatus", NETWORK_STATUS[network])]


def totals(adjudication: Adjudication) -> list[Resource]:
    """The total of each category."""
    sums = {name: adjudication.total(amount) for name, amount in AMOUNTS.items()}
    return [categories.element(name, amount) for name, amount in sums.items() if name in ALWAYS or amount.minor]


def payment(decision: Decision) -> Resource:
    """What the plan pays for the claim, and when; empty where that is nothing."""
    amount = decision.adjudication.total(AMOUNTS["benefit"])
    return {"date": decision.paid, "amount": money.element(amount)} if amount.minor else {}


def notes(adjudication: Adjudication) -> list[Resource]:
    """A numbered note for each reason that something is not covered."""
    found = dict.fromkeys(reason.code for line in adjudication.lines for reason in _uncovered(line))
    return [
        {"number": number, "type": "display", "text": reasons.WORDS[code]} for number, code in enumerate(found, start=1)
    ]


def note_numbers(line: Line, numbered: Sequence[Json]) -> list[int]:
    """The numbers of the notes that are about a line."""
    texts = [reasons.WORDS[reason.code] for reason in _uncovered(line)]
    return [note["number"] for note in numbered if note["text"] in texts]


def balanced(resource: Resource) -> Resource:
    """The same resource; raises Unbalanced where a total is not the sum of its lines and of what is said above them."""
    kind = resource["resourceType"]
    currency = resource["total"][0]["amount"]["currency"]
    parts = [one for item in resource["item"] for one in item["adjudication"]]
    parts += resource.get("adjudication", ())
    for name in categories.CODES:
        said = categories.amount(resource["total"], name, f"{kind}.total", currency)
        if said != categories.amount(parts, name, f"{kind}.adjudication", currency):
            raise Unbalanced(f"the total {name} is not the sum of its parts")
    return resource


def _reason(name: str, line: Line) -> Resource | None:
    return reasons.concept(REASONS[name](line)) if name in REASONS else None


def _adjustment(reason: Reason) -> Resource:
    category = vocabulary.concept(vocabulary.CARIN_DISCRIMINATOR, categories.ADJUSTMENT)
    return {"category": category, "reason": reasons.concept(reason)}


def _uncovered(line: Line) -> list[Reason]:
    return [REASONS["noncovered"](line)] if line.noncovered.minor or line.denial else []
