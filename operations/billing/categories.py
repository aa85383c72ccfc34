"""The amounts of an adjudicated line by name, each with the code that says so in a ClaimResponse or EOB.

HL7's own adjudication codes come first; what they lack has CARIN Blue Button's.
Source: http://hl7.org/fhir/us/carin-bb/STU2/CodeSystem-C4BBAdjudication.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from operations.billing import money, vocabulary
from operations.billing.money import Money
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

CODES: Mapping[str, tuple[str, str]] = {
    "submitted": (vocabulary.ADJUDICATION, "submitted"),
    "eligible": (vocabulary.ADJUDICATION, "eligible"),
    "discount": (vocabulary.CARIN_ADJUDICATION, "discount"),
    "noncovered": (vocabulary.CARIN_ADJUDICATION, "noncovered"),
    "deductible": (vocabulary.ADJUDICATION, "deductible"),
    "copay": (vocabulary.ADJUDICATION, "copay"),
    "coinsurance": (vocabulary.CARIN_ADJUDICATION, "coinsurance"),
    "benefit": (vocabulary.ADJUDICATION, "benefit"),
    "memberliability": (vocabulary.CARIN_ADJUDICATION, "memberliability"),
    "paidtoprovider": (vocabulary.CARIN_ADJUDICATION, "paidtoprovider"),
    "paidbypatient": (vocabulary.CARIN_ADJUDICATION, "paidbypatient"),
}
"""Name to (system, code)."""
ADJUSTMENT = "adjustmentreason"
"""CARIN's code for an adjudication that says why a line is not covered."""


def concept(name: str) -> Resource:
    """The category of an amount."""
    return vocabulary.concept(*CODES[name])


def element(name: str, amount: Money, reason: Resource | None = None) -> Resource:
    """One adjudication or total: a category and its amount, with the reason where there is one."""
    found: Resource = {"category": concept(name), "amount": money.element(amount)}
    return {**found, "reason": reason} if reason else found


def amounts(elements: Sequence[Json], name: str, path: str, currency: str) -> tuple[Money, ...]:
    """What adjudications or totals say under a name, exactly; raises Unprocessable where that is no such money."""
    named = ((place, one) for place, one in enumerate(elements) if _is(one, name))
    return tuple(_money(one["amount"], f"{path}[{place}].amount", currency) for place, one in named if "amount" in one)


def amount(elements: Sequence[Json], name: str, path: str, currency: str) -> Money:
    """The sum of what they say under a name; nothing where they do not; raises Unprocessable for another currency."""
    return money.total(amounts(elements, name, path, currency), currency)


def total(resource: Resource, name: str) -> Money:
    """The total of a posted ClaimResponse or EOB under a name; nothing where it says none."""
    currency = resource["total"][0]["amount"]["currency"]
    return amount(resource["total"], name, f"{resource['resourceType']}.total", currency)


def status(name: str, value: str) -> Resource:
    """An adjudication that says no amount but a status, for example `benefitpaymentstatus` `innetwork`."""
    category = vocabulary.concept(vocabulary.CARIN_DISCRIMINATOR, name)
    return {"category": category, "reason": vocabulary.concept(vocabulary.CARIN_STATUS, value)}


def outcome(denied: Collection[bool]) -> str:
    """What becomes of a claim by whether its lines are: `denied` when all are, `partial` when some are, else `paid`."""
    return "denied" if all(denied) else "partial" if any(denied) else "paid"


def denied(item: Json) -> bool:
    """Whether an adjudicated line is not covered: it says so, or has a reason and says that nothing is eligible."""
    said = item.get("adjudication", ())
    if any("denied" in vocabulary.codes(one.get("reason", {}), vocabulary.CARIN_STATUS) for one in said):
        return True
    eligible = [one.get("amount", {}).get("value") for one in said if _is(one, "eligible")]
    return any(map(_adjusted, said)) and bool(eligible) and all(value == 0 for value in eligible)


def _is(element: Json, name: str) -> bool:
    system, code = CODES[name]
    return code in vocabulary.codes(element["category"], system)


def _adjusted(element: Json) -> bool:
    return ADJUSTMENT in vocabulary.codes(element["category"], vocabulary.CARIN_DISCRIMINATOR)


def _money(value: Json, path: str, currency: str) -> Money:
    found = money.parse(value, path)
    if found.currency != currency:
        problem = f"the amount is in {found.currency}, not in {currency}"
        raise Unprocessable(problem, expression=f"{path}.currency")
    return found
