"""http://hl7.org/fhir/R4/paymentreconciliation.html: payments that come out are posted, all others refused whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.billing import decisions, resources
from conformance_tests.billing.amounts import element, usd
from operations.billing import (
    adjudicated,
    categories,
    explanation_of_benefit,
    money,
    payment,
    posted,
    posting,
    vocabulary,
)
from operations.billing.payment import Payment
from operations.billing.rules import payments
from operations.billing.vocabulary import concept
from server.fhir.fact import Fact
from server.fhir.resource import Json, Resource

NOW = "2026-03-20T12:00:00Z"
TODAY = date(2026, 3, 20)
FIRST = explanation_of_benefit.build(decisions.decide(resources.CLAIM))
SECOND = {
    **explanation_of_benefit.build(decisions.decide(decisions.claim(resources.item("S9083", "90.00"), id="two"))),
    "id": "explanation-two",
    "claimResponse": {"reference": "ClaimResponse/response-two"},
}
OTHERS = {
    **SECOND,
    "id": "explanation-three",
    "claim": {"reference": "Claim/three"},
    "claimResponse": {"reference": "ClaimResponse/response-three"},
    "patient": {"reference": "Patient/bob"},
    "insurer": {"reference": "Organization/other"},
}
EXPLANATIONS = payment.by_reference([FIRST, SECOND, OTHERS])


def detail(claim: str, amount: str, kind: str = "payment") -> Resource:
    """What is paid for a claim, or for none."""
    named = {"request": {"reference": claim}} if claim else {}
    return {"type": concept(vocabulary.RECONCILIATION, kind), **named, "amount": element(amount)}


def paid(total: str, *details: Resource, **changes: Json) -> Resource:
    """A payment of the payer."""
    return {
        "resourceType": "PaymentReconciliation",
        "status": "active",
        "created": "2026-03-19",
        "paymentIssuer": {"reference": "Organization/payer"},
        "paymentDate": "2026-03-18",
        "paymentAmount": element(total),
        "paymentIdentifier": {"system": "https://bank.example", "value": "T-1"},
        "detail": list(details),
        **changes,
    }


def by_patient(total: str, *details: Resource) -> Resource:
    """A payment of the patient."""
    return {name: value for name, value in paid(total, *details).items() if name != "paymentIssuer"}


REMITTANCE = paid(
    "120.00", detail("Claim/one", "65.00"), detail("Claim/two", "60.00"), detail("", "-5.00", "adjustment")
)


def _payment(reconciliation: Resource) -> Payment:
    issuer = reconciliation.get("paymentIssuer", {}).get("reference")
    return Payment(reconciliation, EXPLANATIONS, issuer == "Organization/payer", TODAY)


def test_a_payment_that_comes_out_is_posted() -> None:
    given = _payment(REMITTANCE)
    assert posting.issues(given) == ()
    stored = posting.recorded(given, "p1")
    assert (stored["id"], stored["created"], stored["outcome"]) == ("p1", "2026-03-19", "complete")
    assert stored["identifier"] == [
        {"system": vocabulary.POSTING, "value": "organization/payer#https://bank.example#t-1"}
    ]
    assert resources.problems(stored) == []
    assert posted.of_payment(given, NOW) == (
        Fact("payment", "2026-03-20", "Organization/payer", "Practitioner/doc", "insurer", "USD", 6_500),
        Fact("payment", "2026-03-20", "Organization/payer", "Practitioner/doc", "insurer", "USD", 6_000),
        Fact("payment", "2026-03-20", "Organization/payer", "", "unallocated", "USD", -500),
    )


def test_what_is_paid_is_said_on_the_explanations() -> None:
    one, two = posting.applied(_payment(REMITTANCE))
    assert [resources.problems(each) for each in (one, two)] == [[], []]
    assert (categories.total(one, "paidtoprovider"), categories.total(two, "paidtoprovider")) == (usd("65"), usd("60"))
    left = Payment(REMITTANCE, payment.by_reference([one, two]), True, TODAY)
    assert [left.unpaid(each) for each in (one, two)] == [usd("0"), usd("5")]
    assert posted.of_explanation(one) == posted.of_explanation(FIRST)
    again = paid("5.01", detail("Claim/two", "5.01"))
    assert [issue.diagnostics for issue in posting.issues(Payment(again, left.explanations, True, TODAY))] == [
        "within-unpaid: 5.00 USD of the claim is open, less than 5.01 USD"
    ]


def test_a_patient_pays_what_the_patient_owes() -> None:
    given = _payment(by_patient("55.00", detail("Claim/one", "30.00"), detail("Claim/one", "25.00")))
    assert posting.issues(given) == ()
    assert given.identity["value"] == "patient/ann#https://bank.example#t-1"
    (one,) = posting.applied(given)
    assert categories.total(one, "paidbypatient") == usd("55")
    assert [element_["amount"] for element_ in one["adjudication"][1:]] == [element("30.00"), element("25.00")]
    assert [(fact.outcome, fact.payer, fact.amount) for fact in posted.of_payment(given, NOW)] == [
        ("patient", "Organization/payer", 3_000),
        ("patient", "Organization/payer", 2_500),
    ]


def test_a_claim_may_be_named_by_its_response_or_by_both() -> None:
    response = {"response": {"reference": "ClaimResponse/response"}}
    bare = detail("", "10.00")
    for one in ({**bare, **response}, {**detail("Claim/one", "10.00"), **response}):
        assert posting.issues(_payment(paid("10.00", one))) == ()
    listed = [
        detail("Claim/one", "1"),
        {**detail("Claim/one", "1"), **response},
        {**bare, "request": {"reference": "Task/1"}},
    ]
    assert payment.references(paid("1", *listed)) == ("Claim/one", "ClaimResponse/response")
    assert payment.references({"resourceType": "PaymentReconciliation"}) == ()


def test_only_explanations_in_effect_are_paid() -> None:
    assert payment.by_reference([{**FIRST, "status": "cancelled"}]) == {}


def _amount(place: int, value: Json) -> Callable[[Resource], object]:
    return lambda given: given["detail"][place].update(amount=value)


def _patients(given: Resource) -> None:
    del given["paymentIssuer"]
    given["detail"] = [detail("Claim/one", "60.00"), detail("Claim/three", "25.00")]
    given["detail"][0]["amount"] = element("55.00")
    given["paymentAmount"] = element("80.00")


def _of_patient(given: Resource) -> None:
    del given["paymentIssuer"]
    given["detail"] = [detail("Claim/one", "50.00"), detail("", "-5.00", "adjustment")]
    given["paymentAmount"] = element("45.00")


def _negative(given: Resource) -> None:
    given["detail"] = [detail("Claim/one", "5.00"), detail("", "-6.00", "adjustment")]
    given["paymentAmount"] = element("-1.00")


def _paid_back(given: Resource) -> None:
    given["detail"][0]["amount"] = element("-1.00")
    given["paymentAmount"] = element("54.00")


def _foreign(given: Resource) -> None:
    for one in given["detail"]:
        one["amount"]["currency"] = "EUR"
    given["paymentAmount"]["currency"] = "EUR"


def _empty(given: Resource) -> None:
    given.update(detail=[], paymentAmount=element("0.00"))


ROOT = "PaymentReconciliation"
BROKEN: Mapping[str, tuple[Callable[[Resource], object], str]] = {
    "modifier-extension": (
        lambda given: given.update(modifierExtension=[{"url": "https://x.example"}]),
        f"{ROOT}.modifierExtension[0]",
    ),
    "status": (lambda given: given.update(status="draft"), f"{ROOT}.status"),
    "payment-number": (lambda given: given.pop("paymentIdentifier"), f"{ROOT}.paymentIdentifier"),
    "identifier-reserved": (
        lambda given: given.update(identifier=[{"system": vocabulary.POSTING, "value": "Organization/other##1"}]),
        f"{ROOT}.identifier[0].system",
    ),
    "payer-known": (
        lambda given: given.update(
            paymentIssuer={"reference": "Organization/nobody"},
            detail=[detail("", "5.00", "adjustment")],
            paymentAmount=element("5.00"),
        ),
        f"{ROOT}.paymentIssuer",
    ),
    "payer-named": (lambda given: given.update(paymentIssuer={"display": "x"}), f"{ROOT}.paymentIssuer"),
    "detail-present": (_empty, f"{ROOT}.detail"),
    "detail-type": (lambda given: given["detail"][2].update(type={"text": "gift"}), f"{ROOT}.detail[2].type"),
    "outcome": (lambda given: given.update(outcome="error"), f"{ROOT}.outcome"),
    "payment-date": (lambda given: given.update(paymentDate="2026-03-21"), f"{ROOT}.paymentDate"),
    "payee": (
        lambda given: given["detail"][0].update(payee={"reference": "Practitioner/other"}),
        f"{ROOT}.detail[0].payee",
    ),
    "predecessor": (
        lambda given: given["detail"][2].update(predecessor={"value": "T-0"}),
        f"{ROOT}.detail[2].predecessor",
    ),
    "adjustment-claim": (
        lambda given: given["detail"][2].update(request={"reference": "Claim/one"}),
        f"{ROOT}.detail[2]",
    ),
    "adjustment-payer": (_of_patient, f"{ROOT}.detail[1].type"),
    "amount-exact": (_amount(0, element("64.999")), f"{ROOT}.detail[0].amount.value"),
    "detail-positive": (_paid_back, f"{ROOT}.detail[0].amount"),
    "payment-positive": (_negative, f"{ROOT}.paymentAmount"),
    "one-currency": (_foreign, f"{ROOT}.detail[0]"),
    "payment-total": (lambda given: given.update(paymentAmount=element("120.01")), f"{ROOT}.paymentAmount"),
    "detail-claim": (lambda given: given["detail"][0].pop("request"), f"{ROOT}.detail[0]"),
    "claim-posted": (
        lambda given: given["detail"][0].update(request={"reference": "Claim/none"}),
        f"{ROOT}.detail[0]",
    ),
    "claim-agreed": (
        lambda given: given["detail"][0].update(response={"reference": "ClaimResponse/response-two"}),
        f"{ROOT}.detail[0]",
    ),
    "claim-payer": (
        lambda given: given["detail"][0].update(request={"reference": "Claim/three"}),
        f"{ROOT}.detail[0]",
    ),
    "one-patient": (_patients, f"{ROOT}.detail"),
    "within-unpaid": (
        lambda given: (_amount(1, element("65.01"))(given), given.update(paymentAmount=element("125.01"))),
        f"{ROOT}.detail[1].amount",
    ),
}
"""Rule to a change of a sound payment that breaks it alone, and the first place where."""


def test_every_rule_has_a_payment_that_breaks_it() -> None:
    assert sorted(BROKEN) == sorted(id for id, _, _ in payments.RULES)


@pytest.mark.parametrize("rule", BROKEN)
def test_a_payment_broken_in_one_way_is_refused_for_exactly_that(rule: str) -> None:
    change, expression = BROKEN[rule]
    given = deepcopy(REMITTANCE)
    change(given)
    found = posting.issues(_payment(given))
    assert {one.diagnostics.partition(":")[0] for one in found} == {rule}
    assert found[0].expression == expression
    assert {one.code for one in found} == {code for id, code, _ in payments.RULES if id == rule}


@pytest.mark.parametrize(("outcome", "refused"), [("complete", False), ("partial", True), ("queued", True)])
def test_a_payment_that_is_not_made_in_full_is_not_posted(outcome: str, refused: bool) -> None:
    assert bool(posting.issues(_payment({**REMITTANCE, "outcome": outcome}))) is refused


@pytest.mark.parametrize("codes", [("payment", "adjustment"), ("payment", "advance"), ("advance",), ()])
def test_a_detail_of_more_than_one_type_or_of_none_is_not_understood(codes: tuple[str, ...]) -> None:
    given = deepcopy(REMITTANCE)
    given["detail"][2]["type"] = {"coding": [{"system": vocabulary.RECONCILIATION, "code": one} for one in codes]}
    assert [(one.diagnostics.partition(":")[0], one.expression) for one in posting.issues(_payment(given))] == [
        ("detail-type", f"{ROOT}.detail[2].type")
    ]


def test_a_payment_without_a_currency_is_told_that_alone() -> None:
    given = {**deepcopy(REMITTANCE), "paymentAmount": {"value": 120}}
    assert [(one.diagnostics, one.expression) for one in posting.issues(_payment(given))] == [
        ("amount-exact: an amount needs a value and a currency", f"{ROOT}.paymentAmount")
    ]


@given(st.lists(st.text("a#%2 ", min_size=1, max_size=4).filter(str.strip), min_size=4, max_size=4))
def test_the_identities_of_two_payments_are_one_where_their_numbers_are(parts: list[str]) -> None:
    """Systems and numbers are compared without the space around them."""
    numbers = [{"system": parts[place].strip(), "value": " ".join(parts[place + 1].split())} for place in (0, 2)]
    one, other = (_payment({**REMITTANCE, "paymentIdentifier": number}) for number in numbers)
    assert (one.identity == other.identity) is (numbers[0] == numbers[1])
    assert one.repeats(other.reconciliation) is (numbers[0] == numbers[1])
    stored = posting.recorded(one, "p1")
    assert one.identity in stored["identifier"]


@pytest.mark.parametrize(
    "named", [{"request": {"display": "a claim"}}, {"response": {"reference": "https://payer.example/ClaimResponse/9"}}]
)
def test_an_adjustment_that_names_a_claim_in_any_way_is_refused(named: Resource) -> None:
    """What is taken back of one claim would otherwise be posted as of none."""
    given = paid("60.00", detail("Claim/one", "65.00"), {**detail("", "-5.00", "adjustment"), **named})
    assert [(one.diagnostics.partition(":")[0], one.expression) for one in posting.issues(_payment(given))] == [
        ("adjustment-claim", f"{ROOT}.detail[1]")
    ]


def test_amounts_of_another_currency_than_the_payment_are_refused_each() -> None:
    given = paid(
        "10.00", detail("Claim/one", "5.00"), {**detail("", "5.00", "adjustment"), "amount": element("5", "EUR")}
    )
    assert [(one.diagnostics, one.expression) for one in posting.issues(_payment(given))] == [
        ("one-currency: the payment is in USD", "PaymentReconciliation.detail[1].amount.currency")
    ]


def test_two_details_of_a_claim_are_paid_from_what_is_left() -> None:
    given = paid("70.00", detail("Claim/one", "40.00"), detail("Claim/one", "30.00"))
    assert [(one.diagnostics, one.expression) for one in posting.issues(_payment(given))] == [
        ("within-unpaid: 25.00 USD of the claim is open, less than 30.00 USD", f"{ROOT}.detail[1].amount")
    ]


def test_a_denied_claim_may_be_remitted_with_nothing() -> None:
    assert posting.issues(_payment(paid("0.00", detail("Claim/one", "0.00")))) == ()


@given(st.lists(st.integers(0, 7_000), min_size=1, max_size=5))
def test_however_often_a_claim_is_paid_it_never_gets_more_than_it_is_owed(amounts: list[int]) -> None:
    explanation = FIRST
    for minor in amounts:
        text = str(money.decimal(money.Money(minor, "USD")))
        given = Payment(paid(text, detail("Claim/one", text)), payment.by_reference([explanation]), True, TODAY)
        if posting.issues(given):
            assert given.unpaid(explanation).minor < minor
            continue
        (explanation,) = posting.applied(given)
        assert adjudicated.balanced(explanation) == explanation
    assert categories.total(explanation, "paidtoprovider").minor <= 6_500
