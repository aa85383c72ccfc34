"""The facts of money from elsewhere: of financial resources that arrive by REST or load and were not posted here.

Whatever a valid resource holds is answered: an amount that is not said is counted without one, in no currency; one that
no store can sum exactly (`DIGITS`) makes no fact; a partial date counts for its first day. What is told of the same
money by different resources differs in `outcome`, and such sums are never added: a charge is `billed` (Claim) or
`captured` (ChargeItem), a payment `explained` (ExplanationOfBenefit), `reconciled` (PaymentReconciliation) or `noticed`
(PaymentNotice).
Source: http://hl7.org/fhir/R4/financial-module.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Context, Decimal
from typing import TypeAlias

from operations.billing import categories, coverage, vocabulary
from server.fhir.fact import Fact
from server.fhir.resource import Json, Resource

CHARGE, ADJUDICATION, PAYMENT, ADJUSTMENT = "charge", "adjudication", "payment", "adjustment"
BILLED, CAPTURED = "billed", "captured"
EXPLAINED, RECONCILED, NOTICED = "explained", "reconciled", "noticed"

DIGITS, PLACES, BOUND = 18, 17, 11
"""An amount has at most so many digits, decimal places, and digits before the point: a million of the largest come to
34 digits with those of the finest, which is what MongoDB adds exactly. Doubles from a tenth up that are written out,
such as 28.104000000000003, are within."""

Amount: TypeAlias = tuple[Decimal, str] | None
"""An exact decimal and its currency; None for one that is not summed."""

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
    return _facts(CHARGE, _day(claim, "created"), payer, provider, BILLED, amount)


def _charge_item(item: Resource) -> tuple[Fact, ...]:
    if item.get("status") in ("entered-in-error", "aborted", "not-billable"):
        return ()
    day = item.get("occurrenceDateTime") or item.get("occurrencePeriod", {}).get("start")
    performer = next((_reference(one["actor"]) for one in item.get("performer", ())), "")
    provider = performer or _reference(item.get("performingOrganization"))
    found = day[:10] if day else _day(item, "enteredDate")
    return _facts(CHARGE, found, "", provider, CAPTURED, _amount(item.get("priceOverride")))


def _explanation(explanation: Resource) -> tuple[Fact, ...]:
    if tuple(map(explanation.get, ("status", "use", "outcome"))) not in _DECIDED:
        return ()
    day = _day(explanation, "created")
    payer, provider = _reference(explanation["insurer"]), _reference(explanation["provider"])
    payment = explanation.get("payment", {})
    submitted = next((_amount(one["amount"]) for one in explanation.get("total", ()) if _is_submitted(one)), _NOTHING)
    found = _facts(ADJUDICATION, day, payer, provider, _judgement(explanation, payment), submitted)
    if "amount" not in payment:
        return found
    return (*found, *_facts(PAYMENT, day, payer, provider, EXPLAINED, _amount(payment["amount"])))


def _reconciliation(payment: Resource) -> tuple[Fact, ...]:
    if payment.get("status") != "active":
        return ()
    payer, day = _reference(payment.get("paymentIssuer")), _day(payment, "paymentDate")
    provider = _reference(payment.get("requestor"))
    return _facts(PAYMENT, day, payer, provider, RECONCILED, _amount(payment["paymentAmount"]))


def _notice(notice: Resource) -> tuple[Fact, ...]:
    if notice.get("status") != "active":
        return ()
    day = notice.get("paymentDate") or _day(notice, "created")
    return _facts(PAYMENT, day, "", _reference(notice.get("provider")), NOTICED, _amount(notice["amount"]))


_SAID = {code: outcome for outcome, code in vocabulary.PAYMENT_STATUS.items()}
_DECIDED = (("active", "claim", "complete"), ("active", "claim", "partial"))
_DERIVE: Mapping[str, Callable[[Resource], tuple[Fact, ...]]] = {
    "Claim": _claim,
    "ChargeItem": _charge_item,
    "ExplanationOfBenefit": _explanation,
    "PaymentReconciliation": _reconciliation,
    "PaymentNotice": _notice,
}


def _facts(kind: str, day: str, payer: str, provider: str, outcome: str, amount: Amount) -> tuple[Fact, ...]:
    """The fact of an amount; none of one that is not summed."""
    if amount is None:
        return ()
    exact, currency = amount
    return (Fact(kind, f"{day}-01-01"[:10] if day else "", payer, provider, outcome, currency, exact=exact),)


def _day(resource: Resource, name: str) -> str:
    """The date part of an element, else of when the resource was last written; empty where neither is said."""
    said: str = resource.get(name) or resource.get("meta", {}).get("lastUpdated", "")
    return said[:10]


def _amount(value: Json) -> Amount:
    number = value.get("value") if value else None
    return _NOTHING if number is None else _summed(Decimal(number), value.get("currency", ""))


def _summed(exact: Decimal, currency: str) -> Amount:
    _, digits, exponent = exact.as_tuple()
    narrow = isinstance(exponent, int) and exponent >= -PLACES and len(digits) <= DIGITS and exact.adjusted() < BOUND
    return (exact, currency) if narrow else None


def _sum(values: Iterable[Json]) -> Amount:
    """The sum of amounts that are all there and of one currency."""
    found = [_amount(value) for value in values]
    known = [one for one in found if one is not None]
    currencies = {currency for _, currency in known}
    if len(known) < len(found):
        return None
    if len(currencies) != 1:
        return _NOTHING
    total = Decimal(0)
    for amount, _ in known:
        total = _wide.add(total, amount)
    return _summed(total, currencies.pop())


def _reference(value: Json) -> str:
    """What a Reference names literally, outside the resource."""
    named = coverage.reference(value) if value else ""
    return "" if named.startswith("#") else named


def _is_submitted(total: Json) -> bool:
    return "submitted" in vocabulary.codes(total["category"], vocabulary.ADJUDICATION)


def _judgement(explanation: Resource, payment: Json) -> str:
    """`denied`, `partial` or `paid` where payment or lines say so, `paid` where money was paid; else empty."""
    said = vocabulary.code(payment.get("type", {}), vocabulary.CARIN_STATUS)
    if said in _SAID:
        return _SAID[said]
    denied = [categories.denied(item) for item in explanation.get("item", ())]
    if any(denied):
        return categories.outcome(denied)
    return "paid" if payment.get("amount", {}).get("value", 0) > 0 else ""
