"""The amounts of an adjudicated line by name, each with the code that says so in a ClaimResponse or EOB.

HL7's own adjudication codes come first; what they lack has CARIN Blue Button's.
Source: http://hl7.org/fhir/us/carin-bb/STU2/CodeSystem-C4BBAdjudication.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from operations.billing import money, vocabulary
from operations.billing.money import Money
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


def concept(name: str) -> Resource:
    """The category of an amount."""
    return vocabulary.concept(*CODES[name])


def element(name: str, amount: Money, reason: Resource | None = None) -> Resource:
    """One adjudication or total: a category and its amount, with the reason where there is one."""
    found: Resource = {"category": concept(name), "amount": money.element(amount)}
    return {**found, "reason": reason} if reason else found


def amounts(elements: Sequence[Json], name: str, path: str) -> tuple[Money, ...]:
    """What adjudications or totals say under a name, exactly; raises Unprocessable where that is no money."""
    system, code = CODES[name]
    named = [(place, one) for place, one in enumerate(elements) if code in vocabulary.codes(one["category"], system)]
    return tuple(money.parse(one["amount"], f"{path}[{place}].amount") for place, one in named if "amount" in one)


def amount(elements: Sequence[Json], name: str, path: str, currency: str) -> Money:
    """The sum of what they say under a name; nothing where they do not."""
    return money.total(amounts(elements, name, path), currency)


def total(resource: Resource, name: str) -> Money:
    """The total of a posted ClaimResponse or EOB under a name; nothing where it says none."""
    currency = resource["total"][0]["amount"]["currency"]
    return amount(resource["total"], name, f"{resource['resourceType']}.total", currency)


def status(name: str, value: str) -> Resource:
    """An adjudication that says no amount but a status, for example `benefitpaymentstatus` `paid`."""
    category = vocabulary.concept(vocabulary.CARIN_DISCRIMINATOR, name)
    return {"category": category, "reason": vocabulary.concept(vocabulary.CARIN_STATUS, value)}


def denied(item: Json) -> bool:
    """Whether an adjudicated line is not covered."""
    return any(
        "denied" in vocabulary.codes(one.get("reason", {}), vocabulary.CARIN_STATUS)
        for one in item.get("adjudication", ())
    )
