"""Rules on a payment: it comes out, and fits what its claims have still unpaid.

Source: http://hl7.org/fhir/R4/paymentreconciliation.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from operations.billing import coverage, days, modifiers, money, vocabulary
from operations.billing.money import Money
from operations.billing.payment import Payment, kind, named
from operations.billing.rules.rule import Finding
from server.fhir.outcome import Issue
from server.fhir.resource import Json

ROOT = "PaymentReconciliation"


def _understood(payment: Payment) -> Iterable[Finding]:
    for path in modifiers.unknown(payment.reconciliation):
        yield path, "this may change the meaning of the rest, and is not understood"


def _status(payment: Payment) -> Iterable[Finding]:
    if payment.reconciliation.get("status") != "active":
        yield f"{ROOT}.status", "only an active payment can be posted"


def _reserved(payment: Payment) -> Iterable[Finding]:
    """Its own number keeps a payment from being posted twice: nobody else gives one."""
    for place, one in enumerate(payment.reconciliation.get("identifier", ())):
        if one.get("system") == vocabulary.POSTING:
            yield f"{ROOT}.identifier[{place}].system", "identifiers of this system are given by this server alone"


def _numbered(payment: Payment) -> Iterable[Finding]:
    if not payment.reconciliation.get("paymentIdentifier", {}).get("value"):
        yield f"{ROOT}.paymentIdentifier", "the number of the payment is required"


def _issued(payment: Payment) -> Iterable[Finding]:
    if not payment.by_patient and not payment.payer:
        yield f"{ROOT}.paymentIssuer", "the payer is named by a literal reference"


def _issuer_known(payment: Payment) -> Iterable[Finding]:
    if payment.payer and not payment.payer_known and not payment.claims:
        yield f"{ROOT}.paymentIssuer", "there is no such payer on this server"


def _present(payment: Payment) -> Iterable[Finding]:
    if not payment.details:
        yield f"{ROOT}.detail", "a payment says what it is for"


def _kinds(payment: Payment) -> Iterable[Finding]:
    for path, detail in payment.details:
        if not kind(detail):
            yield f"{path}.type", "a detail is a payment or an adjustment"


def _made(payment: Payment) -> Iterable[Finding]:
    unsaid = "" if "_outcome" in payment.reconciliation else "complete"
    if payment.reconciliation.get("outcome", unsaid) != "complete":
        yield f"{ROOT}.outcome", "only a payment that is made, and is all there, can be posted"


def _dated(payment: Payment) -> Iterable[Finding]:
    stated = payment.reconciliation.get("paymentDate")
    if stated is None:
        yield f"{ROOT}.paymentDate", "the day of the payment is required"
    elif days.of_date(stated).first > payment.today:
        yield f"{ROOT}.paymentDate", "the payment is in the future"


def _to_the_provider(payment: Payment) -> Iterable[Finding]:
    for path, detail, explanation in payment.claims:
        provider = coverage.reference(explanation["provider"])
        if "payee" in detail and coverage.reference(detail["payee"]) != provider:
            yield f"{path}.payee", "only the provider of the claim is paid"


def _first(payment: Payment) -> Iterable[Finding]:
    for path, detail in payment.details:
        if "predecessor" in detail:
            yield f"{path}.predecessor", "a payment that revises another is not understood"


def _for_no_claim(payment: Payment) -> Iterable[Finding]:
    """Taken back of a claim, it would have to open that claim again; posted as of none, the claim stays paid."""
    for path, detail in payment.adjustments:
        if "request" in detail or "response" in detail:
            yield path, "what is paid or taken back for one claim is not understood as an adjustment"


def _adjusted(payment: Payment) -> Iterable[Finding]:
    for path, _ in payment.adjustments if payment.by_patient else ():
        yield f"{path}.type", "only a payer pays or takes back for no claim"


def _exact(payment: Payment) -> Iterable[Finding]:
    for path, value in _amounts(payment):
        found = money.read(value, path)
        if isinstance(found, Issue):
            yield found.expression, found.diagnostics


def _positive(payment: Payment) -> Iterable[Finding]:
    for path, detail, _ in payment.claims:
        amount = money.read(detail.get("amount", {}), path)
        if isinstance(amount, Money) and amount.minor < 0:
            yield f"{path}.amount", "a claim is not paid less than nothing"


def _received(payment: Payment) -> Iterable[Finding]:
    amount = money.read(payment.reconciliation["paymentAmount"], ROOT)
    if isinstance(amount, Money) and amount.minor < 0:
        yield f"{ROOT}.paymentAmount", "a payment is not less than nothing"


def _one_currency(payment: Payment) -> Iterable[Finding]:
    expected = payment.reconciliation["paymentAmount"].get("currency")
    if expected is None:
        return
    for path, value in _amounts(payment):
        if value.get("currency", expected) != expected:
            yield f"{path}.currency", f"the payment is in {expected}"
    for path, _, explanation in payment.claims:
        if payment.unpaid(explanation).currency != expected:
            yield path, f"the claim is not in {expected}"


def _comes_out(payment: Payment) -> Iterable[Finding]:
    stated, *parts = (money.read(value, path) for path, value in _amounts(payment))
    known = [one for one in parts if isinstance(one, Money)]
    if (
        not isinstance(stated, Money)
        or len(known) < len(parts)
        or any(one.currency != stated.currency for one in known)
    ):
        return
    expected = money.total(known, stated.currency)
    if stated != expected:
        yield f"{ROOT}.paymentAmount", f"the details come to {money.text(expected)}, not {money.text(stated)}"


def _claimed(payment: Payment) -> Iterable[Finding]:
    for path, detail in payment.details:
        if kind(detail) == "payment" and not [*named(detail)]:
            yield path, "a payment names the claim it is for"


def _posted(payment: Payment) -> Iterable[Finding]:
    for path, detail in payment.details:
        for reference in named(detail) if kind(detail) == "payment" else ():
            if reference not in payment.explanations:
                yield path, "no such claim is posted here"


def _agreed(payment: Payment) -> Iterable[Finding]:
    for path, detail in payment.details:
        if kind(detail) == "payment" and len(payment.named(detail)) > 1:
            yield path, "request and response are of different claims"


def _owing(payment: Payment) -> Iterable[Finding]:
    for path, _, explanation in payment.claims:
        if payment.payer and coverage.reference(explanation["insurer"]) != payment.payer:
            yield path, "the claim is of another payer"


def _one_patient(payment: Payment) -> Iterable[Finding]:
    if payment.by_patient and len(payment.patients) > 1:
        yield f"{ROOT}.detail", "a patient pays for claims of one patient"


def _within(payment: Payment) -> Iterable[Finding]:
    left: dict[str, Money] = {}
    for path, detail, explanation in payment.claims:
        amount = money.read(detail.get("amount", {}), path)
        open_ = left.get(explanation["id"], payment.unpaid(explanation))
        if not isinstance(amount, Money) or amount.currency != open_.currency:
            continue
        left[explanation["id"]] = open_ - amount
        if open_ < amount:
            yield f"{path}.amount", f"{money.text(open_)} of the claim is open, less than {money.text(amount)}"


def _amounts(payment: Payment) -> list[tuple[str, Json]]:
    parts = [(f"{path}.amount", detail.get("amount", {})) for path, detail in payment.details]
    return [(f"{ROOT}.paymentAmount", payment.reconciliation["paymentAmount"]), *parts]


RULES: Sequence[tuple[str, str, Callable[[Payment], Iterable[Finding]]]] = (
    ("modifier-extension", "extension", _understood),
    ("status", "business-rule", _status),
    ("outcome", "not-supported", _made),
    ("payment-date", "business-rule", _dated),
    ("identifier-reserved", "business-rule", _reserved),
    ("payment-number", "required", _numbered),
    ("payer-named", "required", _issued),
    ("payer-known", "not-found", _issuer_known),
    ("detail-present", "required", _present),
    ("detail-type", "not-supported", _kinds),
    ("payee", "not-supported", _to_the_provider),
    ("predecessor", "not-supported", _first),
    ("adjustment-claim", "not-supported", _for_no_claim),
    ("adjustment-payer", "business-rule", _adjusted),
    ("amount-exact", "value", _exact),
    ("detail-positive", "value", _positive),
    ("payment-positive", "value", _received),
    ("one-currency", "business-rule", _one_currency),
    ("payment-total", "business-rule", _comes_out),
    ("detail-claim", "required", _claimed),
    ("claim-posted", "not-found", _posted),
    ("claim-agreed", "business-rule", _agreed),
    ("claim-payer", "business-rule", _owing),
    ("one-patient", "business-rule", _one_patient),
    ("within-unpaid", "business-rule", _within),
)
"""Every rule of a payment: its id, an IssueType, and its check."""
