"""http://hl7.org/fhir/R4/financial-module.html: what reports sum, posted here or told from elsewhere."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from decimal import Context, Decimal, Inexact
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.billing import decisions, resources
from conformance_tests.billing.amounts import element
from operations.billing import explanation_of_benefit, facts, posted, vocabulary
from operations.billing.plan import OUT_OF_NETWORK
from operations.billing.vocabulary import concept
from server.fhir import codec
from server.fhir.fact import Fact
from server.fhir.resource import Json, Resource

ABSENT = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "unknown"}]}
ODD = Decimal("28.104000000000003")
PAYER, DOC = "Organization/payer", "Practitioner/doc"
EXPLANATION = explanation_of_benefit.build(decisions.decide(resources.CLAIM))


def _exact(
    kind: str,
    outcome: str,
    exact: str | Decimal,
    currency: str = "USD",
    day: str = "2026-03-03",
    payer: str = PAYER,
    provider: str = DOC,
) -> Fact:
    return Fact(kind, day, payer, provider, outcome, currency, exact=Decimal(exact))


CLAIM = resources.CLAIM
NETS = {name: value for name, value in CLAIM.items() if name != "total"}
UNNAMED = _exact("charge", "billed", "150.00", payer="", provider="")
CHARGED: list[tuple[Json, tuple[Fact, ...]]] = [
    ({}, (_exact("charge", "billed", "150.00"),)),
    ({"total": {"value": ODD, "currency": "USD"}}, (_exact("charge", "billed", ODD),)),
    ({"total": {"value": 5}}, (_exact("charge", "billed", "5", ""),)),
    ({"total": {"currency": "USD"}}, (_exact("charge", "billed", "0", ""),)),
    ({"total": element("1E+400")}, ()),
    ({"total": element("1E+11")}, ()),
    ({"total": element("99999999999")}, (_exact("charge", "billed", "99999999999"),)),
    ({"total": element("0.300000000000000004")}, ()),
    ({"total": element("0.30000000000000004")}, (_exact("charge", "billed", "0.30000000000000004"),)),
    ({"total": element("1234567890.123456789")}, ()),
    ({"created": "2026"}, (_exact("charge", "billed", "150.00", day="2026-01-01"),)),
    ({"created": "2026-02"}, (_exact("charge", "billed", "150.00", day="2026-02-01"),)),
    ({"created": "2026-02-07T23:59:59.123+14:00"}, (_exact("charge", "billed", "150.00", day="2026-02-07"),)),
    (
        {"insurer": {"display": "x"}, "provider": {"reference": "#p"}},
        (_exact("charge", "billed", "150.00", payer="", provider=""),),
    ),
    ({"status": "draft"}, ()),
    ({"status": "entered-in-error"}, ()),
    ({"use": "preauthorization"}, ()),
]


@pytest.mark.parametrize(("change", "expected"), CHARGED)
def test_a_claim_from_elsewhere_is_a_charge_as_it_was_sent(change: Json, expected: tuple[Fact, ...]) -> None:
    assert facts.imported({**CLAIM, **change}) == expected
    assert all(one.imported for one in expected)


def test_a_claim_without_total_comes_to_its_lines_where_all_say_it() -> None:
    assert facts.imported(NETS) == (_exact("charge", "billed", "150.00"),)
    lines = [*CLAIM["item"], {"sequence": 3, "net": element("1.00", "EUR")}]
    assert facts.imported({**NETS, "item": lines}) == (_exact("charge", "billed", "0", ""),)
    wide = [{"sequence": 1, "net": element("10000000000")}, {"sequence": 2, "net": element("0.00000000000000001")}]
    for nets in ([wide[0], wide[1]], [wide[0], {"sequence": 2, "net": element("1E+400")}]):
        assert facts.imported({**NETS, "item": nets}) == ()
    bare = {name: value for name, value in NETS.items() if name not in ("item", "insurer")}
    assert facts.imported(bare) == (_exact("charge", "billed", "0", "", payer=""),)


def test_a_day_that_is_not_said_is_that_of_the_last_write_or_none() -> None:
    undated = {name: value for name, value in CLAIM.items() if name != "created"}
    written = {**undated, "_created": ABSENT, "meta": {"lastUpdated": "2026-05-01T00:00:00Z"}}
    assert [one.day for one in facts.imported(written)] == ["2026-05-01"]
    assert [one.day for one in facts.imported(undated)] == [""]


def test_a_status_that_is_not_said_is_not_in_effect() -> None:
    for resource in (CLAIM, EXPLANATION, PAYMENT, NOTICE):
        unsaid = {name: value for name, value in resource.items() if name not in ("status", "use", "outcome")}
        assert facts.imported({**unsaid, "_status": ABSENT}) == ()


TOLD = (
    _exact("adjudication", "paid", "150.00", day="2026-03-10"),
    _exact("payment", "explained", "65.00", day="2026-03-10"),
)


def test_an_explanation_from_elsewhere_is_an_adjudication_and_the_payment_it_tells() -> None:
    assert facts.imported(EXPLANATION) == TOLD
    unpaid = {name: value for name, value in EXPLANATION.items() if name not in ("payment", "total")}
    assert facts.imported(unpaid) == (_exact("adjudication", "", "0", "", day="2026-03-10"),)
    undecided = _exact("adjudication", "", "150.00", day="2026-03-10")
    assert facts.imported({**EXPLANATION, "payment": {"date": "2026-01-01"}}) == (undecided,)


def test_an_amount_that_no_store_sums_exactly_is_no_fact_and_takes_no_other_along() -> None:
    wide = element("1E+30")
    total = [{**one, "amount": wide} for one in EXPLANATION["total"]]
    assert facts.imported({**EXPLANATION, "total": total}) == TOLD[1:]
    payment = {**EXPLANATION["payment"], "amount": wide}
    assert facts.imported({**EXPLANATION, "payment": payment}) == TOLD[:1]


LARGE, FINE = Decimal("99999999999.9999999"), Decimal("-0.00000000000000001")


def test_a_million_of_the_largest_amounts_and_of_the_finest_sum_within_34_digits() -> None:
    """What MongoDB adds Decimal128 with."""
    for amount in (LARGE, FINE):
        assert facts.imported({**CLAIM, "total": {"value": amount, "currency": "USD"}})[0].exact == amount
    digits = Context(prec=34, traps=[Inexact])
    assert digits.add(LARGE * 10**6, FINE) == Decimal("99999999999999999.89999999999999999")


@pytest.mark.parametrize(
    ("code", "outcome"), [("paid", "paid"), ("partiallypaid", "partial"), ("denied", "denied"), ("other", "")]
)
def test_what_carin_says_of_the_payment_is_the_outcome(code: str, outcome: str) -> None:
    said = {**EXPLANATION, "item": [], "payment": {"type": concept(vocabulary.CARIN_STATUS, code)}}
    assert [one.outcome for one in facts.imported(said)] == [outcome]


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [(["denied", "denied"], "denied"), (["paid", "denied"], "partial"), (["paid", "paid"], "paid"), ([], "paid")],
)
def test_an_explanation_is_denied_only_where_its_lines_say_so(statuses: list[str], outcome: str) -> None:
    items = [{"adjudication": [{"category": {}, "reason": concept(vocabulary.CARIN_STATUS, one)}]} for one in statuses]
    payment = {"amount": EXPLANATION["payment"]["amount"]}
    assert facts.imported({**EXPLANATION, "item": items, "payment": payment})[0].outcome == outcome


@pytest.mark.parametrize(
    "change", [{"status": "cancelled"}, {"use": "predetermination"}, {"outcome": "queued"}, {"outcome": "error"}]
)
def test_an_explanation_that_decides_nothing_is_no_fact(change: Json) -> None:
    assert facts.imported({**EXPLANATION, **change}) == ()


PAYMENT: Resource = {
    "resourceType": "PaymentReconciliation",
    "status": "active",
    "created": "2026-03-20",
    "paymentDate": "2026-03-03",
    "paymentIssuer": {"reference": PAYER},
    "requestor": {"reference": DOC},
    "paymentAmount": element("65.00"),
}
NOTICE: Resource = {
    "resourceType": "PaymentNotice",
    "status": "active",
    "created": "2026-03-03",
    "provider": {"reference": DOC},
    "payment": {"reference": "PaymentReconciliation/1"},
    "recipient": {"reference": "Organization/practice"},
    "amount": element("65.00"),
}
ITEM: Resource = {
    "resourceType": "ChargeItem",
    "status": "billable",
    "code": concept(vocabulary.HCPCS, "S9083"),
    "subject": {"reference": "Patient/ann"},
    "occurrenceDateTime": "2026-03-03T10:00:00Z",
    "performer": [{"actor": {"reference": DOC}}],
    "priceOverride": element("120.00"),
}


def _without(resource: Resource, *names: str, **changes: Json) -> Resource:
    return {**{name: value for name, value in resource.items() if name not in names}, **changes}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (PAYMENT, (_exact("payment", "reconciled", "65.00"),)),
        (
            _without(PAYMENT, "paymentIssuer", "requestor"),
            (_exact("payment", "reconciled", "65.00", payer="", provider=""),),
        ),
        (_without(PAYMENT, status="cancelled"), ()),
        (NOTICE, (_exact("payment", "noticed", "65.00", payer=""),)),
        (
            _without(NOTICE, paymentDate="2026-04-01"),
            (_exact("payment", "noticed", "65.00", day="2026-04-01", payer=""),),
        ),
        (_without(NOTICE, status="draft"), ()),
        (ITEM, (_exact("charge", "captured", "120.00", payer=""),)),
        (_without(ITEM, "priceOverride"), (_exact("charge", "captured", "0", "", payer=""),)),
        (
            _without(ITEM, "occurrenceDateTime", "performer", occurrencePeriod={"start": "2026-03"}),
            (_exact("charge", "captured", "120.00", day="2026-03-01", payer="", provider=""),),
        ),
        (
            _without(ITEM, "occurrenceDateTime", enteredDate="2026-03-05", performingOrganization={"reference": "O/1"}),
            (_exact("charge", "captured", "120.00", day="2026-03-05", payer=""),),
        ),
        (
            _without(ITEM, "performer", performingOrganization={"reference": "Organization/1"}),
            (_exact("charge", "captured", "120.00", payer="", provider="Organization/1"),),
        ),
        (_without(ITEM, status="entered-in-error"), ()),
        ({"resourceType": "Patient", "id": "ann"}, ()),
    ],
)
def test_what_else_is_told_of_money_is_kept_apart(resource: Resource, expected: tuple[Fact, ...]) -> None:
    assert facts.imported(resource) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None), st.text(max_size=12))
def test_no_amount_and_no_date_makes_a_resource_fail(amount: Decimal, text: str) -> None:
    for resource in (CLAIM, EXPLANATION, PAYMENT, NOTICE, ITEM):
        value: Json = {"value": amount, "currency": "USD"}
        changes: dict[str, Json] = {
            "total": value,
            "paymentAmount": value,
            "amount": value,
            "priceOverride": value,
            "created": text,
        }
        changes["total"] = [{"category": {}, "amount": value}] if resource is EXPLANATION else value
        assert all(one.imported for one in facts.imported({**resource, **changes}))


def test_a_posted_claim_is_a_charge_of_the_day_it_was_posted() -> None:
    assert posted.of_claim(CLAIM, PAYER, "2026-03-10") == (
        Fact("charge", "2026-03-10", PAYER, DOC, "billed", "USD", 15_000),
    )


def test_a_posted_explanation_is_an_adjudication_and_what_nobody_pays() -> None:
    assert posted.of_explanation(EXPLANATION) == (
        Fact("adjudication", "2026-03-10", PAYER, DOC, "paid", "USD", 15_000),
        Fact("adjustment", "2026-03-10", PAYER, DOC, "contractual", "USD", 3_000),
    )


@pytest.mark.parametrize(
    ("codes", "network", "outcome", "adjustments"),
    [
        (["S8092", "G0463"], "in-network", "denied", [("denied", 3_000)]),
        (["S8092", "S9083"], "in-network", "partial", [("denied", 1_000)]),
        (["S9083"], OUT_OF_NETWORK, "paid", []),
        (["S8092"], OUT_OF_NETWORK, "denied", []),
    ],
)
def test_what_the_patient_owes_is_no_adjustment(
    codes: list[str], network: str, outcome: str, adjustments: list[tuple[str, int]]
) -> None:
    items = [resources.item(code, f"{place * 10}.00", sequence=place) for place, code in enumerate(codes, start=1)]
    built = explanation_of_benefit.build(decisions.decide(decisions.claim(*items), network))
    judged, *rest = posted.of_explanation(built)
    assert judged.outcome == outcome
    assert [(one.outcome, one.amount) for one in rest] == adjustments


ARCHIVE = Path(__file__).parents[3] / "shared/synthea/synthea2021-r4-dev-small.tar.xz"


@pytest.mark.skipif(not ARCHIVE.exists(), reason="needs ../shared")
def test_money_that_nobody_here_wrote_is_counted_as_it_was_sent() -> None:
    found = [one for each in _synthea(12) for one in facts.imported(each)]
    totals = [each["total"]["value"] for each in _synthea(12) if each["resourceType"] == "Claim"]
    charged = [one for one in found if one.kind == "charge"]
    assert [one.exact for one in charged] == totals != []
    assert {(one.outcome, one.currency, len(one.day)) for one in charged} == {("billed", "USD", 10)}
    assert len([one for one in found if one.kind == "adjudication"]) == len(
        [one for one in found if one.kind == "payment"]
    )


def _synthea(bundles: int) -> Iterator[Resource]:
    with tarfile.open(ARCHIVE) as archive:
        files = (archive.extractfile(member) for member in archive if member.name.endswith(".json"))
        for file in islice(filter(None, files), bundles):
            yield from (entry["resource"] for entry in codec.decode_resource(file.read())["entry"])
