"""The facts of money from elsewhere: of financial resources that arrive by REST or load and were not posted here.

Whatever a valid resource holds has facts: an amount that cannot be computed with is counted without one, in no
currency; a partial date counts for its first day. What is told of the same money by different resources differs in
`outcome`, and such sums are never added: a charge is `billed` (Claim) or `captured` (ChargeItem), a payment `explained`
(ExplanationOfBenefit), `reconciled` (PaymentReconciliation) or `noticed` (PaymentNotice).
Source: http://hl7.org/fhir/R4/financial-module.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal

from operations.billing import categories, coverage, money, vocabulary
from server.fhir.fact import Fact
from server.fhir.resource import Json, Resource

CHARGE, ADJUDICATION, PAYMENT, ADJUSTMENT = "charge", "adjudication", "payment", "adjustment"
BILLED, CAPTURED = "billed", "captured"
EXPLAINED, RECONCILED, NOTICED = "explained", "reconciled", "noticed"

_NOTHING = (Decimal(0), "")
_wide = Context(prec=200)


def imported(resource: Resource) -> tuple[Fact, ...]:
    """The facts of a valid resource from elsewhere; none of one that is not about money, or not in effect."""
    derive = _DERIVE.get(resource["resourceType"])
    return derive(resource) if derive else ()


def _claim(claim: Resource) -> tuple[Fact, ...]:
    if claim.get("status") != "active" or claim.get("use") != "claim":
        return ()
    amount = _amount(claim["total"]) if "total" in claim else _sum(item.get("net") for item in claim.get("item", ()))
    payer, provider = _reference(claim.get("insurer")), _reference(claim["provider"])
    return (_fact(CHARGE, _day(claim, "created"), payer, provider, BILLED, amount),)


def _charge_item(item: Resource) -> tuple[Fact, ...]:
    if item.get("status") in ("entered-in-error", "aborted", "not-billable"):
        return ()
    day = item.get("occurrenceDateTime") or item.get("occurrencePeriod", {}).get("start")
    performer = next((_reference(one["actor"]) for one in item.get("performer", ())), "")
    provider = performer or _reference(item.get("performingOrganization"))
    found = day[:10] if day else _day(item, "enteredDate")
    return (_fact(CHARGE, found, "", provider, CAPTURED, _amount(item.get("priceOverride"))),)


def _explanation(explanation: Resource) -> tuple[Fact, ...]:
    if tuple(map(explanation.get, ("status", "use", "outcome"))) not in _DECIDED:
        return ()
    day = _day(explanation, "created")
    payer, provider = _reference(explanation["insurer"]), _reference(explanation["provider"])
    paid = _amount(explanation.get("payment", {}).get("amount"))
    submitted = next((_amount(one["amount"]) for one in explanation.get("total", ()) if _is_submitted(one)), _NOTHING)
    found = _fact(ADJUDICATION, day, payer, provider, _judgement(explanation, paid[0]), submitted)
    return (found, _fact(PAYMENT, day, payer, provider, EXPLAINED, paid)) if "payment" in explanation else (found,)


def _reconciliation(payment: Resource) -> tuple[Fact, ...]:
    if payment.get("status") != "active":
        return ()
    payer, day = _reference(payment.get("paymentIssuer")), _day(payment, "paymentDate")
    return (
        _fact(PAYMENT, day, payer, _reference(payment.get("requestor")), RECONCILED, _amount(payment["paymentAmount"])),
    )


def _notice(notice: Resource) -> tuple[Fact, ...]:
    if notice.get("status") != "active":
        return ()
    day = notice.get("paymentDate") or _day(notice, "created")
    return (_fact(PAYMENT, day, "", _reference(notice.get("provider")), NOTICED, _amount(notice["amount"])),)


_DECIDED = (("active", "claim", "complete"), ("active", "claim", "partial"))
_DERIVE: Mapping[str, Callable[[Resource], tuple[Fact, ...]]] = {
    "Claim": _claim,
    "ChargeItem": _charge_item,
    "ExplanationOfBenefit": _explanation,
    "PaymentReconciliation": _reconciliation,
    "PaymentNotice": _notice,
}


def _fact(kind: str, day: str, payer: str, provider: str, outcome: str, amount: tuple[Decimal, str]) -> Fact:
    exact, currency = amount
    return Fact(kind, f"{day}-01-01"[:10] if day else "", payer, provider, outcome, currency, exact=exact)


def _day(resource: Resource, name: str) -> str:
    """The date part of an element, else of when the resource was last written; empty where neither is said."""
    said: str = resource.get(name) or resource.get("meta", {}).get("lastUpdated", "")
    return said[:10]


def _amount(value: Json) -> tuple[Decimal, str]:
    number = value.get("value") if value else None
    exact = None if number is None else money.computable(number)
    return _NOTHING if exact is None else (exact, value.get("currency", ""))


def _sum(values: Iterable[Json]) -> tuple[Decimal, str]:
    """The sum of amounts that are all there and of one currency."""
    found = [_amount(value) for value in values]
    currencies = {currency for _, currency in found}
    if len(currencies) != 1:
        return _NOTHING
    total = Decimal(0)
    for amount, _ in found:
        total = _wide.add(total, amount)
    return total, currencies.pop()


def _reference(value: Json) -> str:
    """What a Reference names literally, outside the resource."""
    named = coverage.reference(value) if value else ""
    return "" if named.startswith("#") else named


def _is_submitted(total: Json) -> bool:
    return "submitted" in vocabulary.codes(total["category"], vocabulary.ADJUDICATION)


def _judgement(explanation: Resource, paid: Decimal) -> str:
    """`denied`, `partial` or `paid` where the lines say so, `paid` where money was paid; else empty, never guessed."""
    said = [categories.denied(item) for item in explanation.get("item", ())]
    if said and any(said):
        return "denied" if all(said) else "partial"
    return "paid" if paid > 0 else ""
