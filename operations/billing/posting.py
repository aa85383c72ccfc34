"""Payment posting: whether a payment comes out and fits what its claims have still unpaid; what it makes of them.

Each `detail` of type `payment` names a posted claim: its Claim as `request`, its ClaimResponse as `response`, or both.
One of type `adjustment` is what the payer pays, or below zero takes back, for no claim. The details together come to
`paymentAmount`. What is paid is added to the claim's EOB, whose version so guards what is left.
Source: http://hl7.org/fhir/R4/paymentreconciliation.html
"""

from __future__ import annotations

from operations.billing import adjudicated, categories, money
from operations.billing.money import Money
from operations.billing.payment import Payment
from operations.billing.rules import payments
from server.fhir.outcome import Issue
from server.fhir.resource import Resource

REPEATED = Issue(
    "error", "duplicate", "payment-repeated: it was posted before", "PaymentReconciliation.paymentIdentifier"
)
"""What is said of a payment whose identity another has that was posted."""


def issues(payment: Payment) -> tuple[Issue, ...]:
    """What is wrong with a payment that is structurally valid; empty when it can be posted."""
    return tuple(
        Issue("error", code, f"{id}: {text}", path)
        for id, code, check in payments.RULES
        for path, text in check(payment)
    )


def recorded(payment: Payment, id: str) -> Resource:
    """The PaymentReconciliation of a payment without issues as it is stored."""
    given = payment.reconciliation
    return {**given, "id": id, "identifier": [*given.get("identifier", ()), payment.identity], "outcome": "complete"}


def applied(payment: Payment) -> tuple[Resource, ...]:
    """The EOBs of its claims, each once, with what is paid of them; their totals balance."""
    found: dict[str, Resource] = {}
    for path, detail, explanation in payment.claims:
        before = found.get(explanation["id"], explanation)
        found[explanation["id"]] = _paid(before, payment.paid, money.parse(detail["amount"], f"{path}.amount"))
    return tuple(found.values())


def _paid(explanation: Resource, name: str, amount: Money) -> Resource:
    total = categories.element(name, categories.total(explanation, name) + amount)
    others = [one for one in explanation["total"] if one["category"] != total["category"]]
    parts = [*explanation["adjudication"], categories.element(name, amount)]
    return adjudicated.balanced({**explanation, "adjudication": parts, "total": [*others, total]})
