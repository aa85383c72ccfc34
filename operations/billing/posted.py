"""The facts of what this server posted, in minor units.

Each counts for the day it was posted on, whatever its own dates: what was reported of a day stays true.
Source: https://www.hfma.org/map/
"""

from __future__ import annotations

from collections.abc import Iterator

from operations.billing import categories, charges, coverage, money
from operations.billing.facts import ADJUDICATION, ADJUSTMENT, BILLED, CHARGE, PAYMENT
from operations.billing.money import Money
from operations.billing.payment import Payment
from server.fhir.fact import Fact
from server.fhir.resource import Resource

CONTRACTUAL, DENIED = "contractual", "denied"
INSURER, PATIENT, UNALLOCATED = "insurer", "patient", "unallocated"


def of_claim(claim: Resource, payer: str, day: str) -> tuple[Fact, ...]:
    """The charge of a claim that was posted on a day; `payer` is a relative reference."""
    amount = charges.total(claim)
    return (_fact(CHARGE, day, payer, coverage.reference(claim["provider"]), BILLED, amount),)


def of_explanation(explanation: Resource) -> tuple[Fact, ...]:
    """What the payer decided of the charges, and what nobody will pay of them, from a posted EOB of any version."""
    day, payer = explanation["created"][:10], coverage.reference(explanation["insurer"])
    provider = coverage.reference(explanation["provider"])
    submitted, benefit, liability, discount = (
        categories.total(explanation, name) for name in ("submitted", "benefit", "memberliability", "discount")
    )
    found = {CONTRACTUAL: discount, DENIED: submitted - benefit - liability - discount}
    adjustments = [_fact(ADJUSTMENT, day, payer, provider, why, one) for why, one in found.items() if one.minor]
    return (_fact(ADJUDICATION, day, payer, provider, outcome(explanation), submitted), *adjustments)


def of_payment(payment: Payment, created: str) -> tuple[Fact, ...]:
    """What a payment without issues, posted at a FHIR dateTime, brings: for each claim, and for none."""
    return tuple(_brought(payment, created[:10]))


def outcome(explanation: Resource) -> str:
    """What became of the claim of a posted EOB."""
    return categories.outcome([categories.denied(item) for item in explanation["item"]])


def _brought(payment: Payment, day: str) -> Iterator[Fact]:
    why = PATIENT if payment.by_patient else INSURER
    for path, detail, explanation in payment.claims:
        payer, provider = (coverage.reference(explanation[name]) for name in ("insurer", "provider"))
        yield _fact(PAYMENT, day, payer, provider, why, money.parse(detail["amount"], f"{path}.amount"))
    for path, detail in payment.adjustments:
        yield _fact(PAYMENT, day, payment.payer, "", UNALLOCATED, money.parse(detail["amount"], f"{path}.amount"))


def _fact(kind: str, day: str, payer: str, provider: str, why: str, amount: Money) -> Fact:
    return Fact(kind, day, payer, provider, why, amount.currency, amount.minor)
