"""$report and PaymentReconciliation/$post: what was posted, counted and paid."""

from __future__ import annotations

import asyncio
import csv
import io
from decimal import Decimal

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.operations.claims import all_of, amounts, claim, explanation, payment, submitted
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

YEAR = "start=2026-01-01&end=2026-12-31"


async def _rows(server: Service, query: str = YEAR) -> dict[tuple[str, str], dict[str, str]]:
    answer = await server.get(f"$report?{query}&_format=csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    return {(row["measure"], row["group"]): row for row in csv.DictReader(io.StringIO(answer.text))}


async def _claims(server: Service) -> list[Resource]:
    names = ("mirabel-visit", "mirabel-injections", "pip-urgent", "saffron-scan-unapproved")
    return [await submitted(server, claim(name)) for name in names]


async def test_an_empty_server_reports_no_rates(server: Service) -> None:
    rows = await _rows(server)
    assert (rows["claim-approval-rate", ""]["denominator_count"], rows["claim-approval-rate", ""]["score"]) == ("0", "")


async def test_claims_are_counted_and_what_is_owed_is_summed(server: Service) -> None:
    responses = await _claims(server)
    rows = await _rows(server)
    assert rows["claim-approval-rate", ""]["score"] == "1.0000"
    discounts = sum(amounts(one).get("discount", Decimal(0)) for one in responses)
    refused = sum(
        amounts(one)["submitted"]
        - amounts(one)["benefit"]
        - amounts(one)["memberliability"]
        - amounts(one).get("discount", Decimal(0))
        for one in responses
    )
    charged = sum(amounts(one)["submitted"] for one in responses)
    owed = rows["days-in-accounts-receivable", ""]
    assert Decimal(owed["numerator_amount"]) == charged - discounts - refused
    assert Decimal(owed["denominator_amount"]) == charged


async def test_groups_come_to_the_whole(server: Service) -> None:
    await _claims(server)
    for group_by in ("payer", "provider", "month"):
        rows = await _rows(server, f"{YEAR}&group-by={group_by}")
        whole = rows["claim-approval-rate", ""]
        groups = [row for (measure, group), row in rows.items() if measure == "claim-approval-rate" and group]
        assert groups
        assert sum(int(row["numerator_count"]) for row in groups) == int(whole["numerator_count"])
        assert sum(int(row["denominator_count"]) for row in groups) == int(whole["denominator_count"])


async def test_the_report_is_a_valid_measure_report(server: Service) -> None:
    await _claims(server)
    report = body(await server.get(f"$report?{YEAR}&group-by=payer"))
    assert (report["resourceType"], server.engine.validate(report)) == ("MeasureReport", ())
    strata = report["group"][0]["stratifier"][0]["stratum"]
    assert {one["value"]["text"] for one in strata} == {
        "Larkspur Mutual",
        "Fernvale Health",
        "Harborlight Health Plan",
    }


async def test_payers_of_one_name_are_told_apart(server: Service) -> None:
    await _claims(server)
    for name in ("larkspur", "fernvale"):
        payer = body(await server.get(f"Organization/{name}"))
        assert (await server.put(f"Organization/{name}", {**payer, "name": "Twin"})).status_code == 200
    answer = await server.get(f"$report?{YEAR}&group-by=payer&_format=csv")
    rows = [row for row in csv.DictReader(io.StringIO(answer.text)) if row["measure"] == "claim-approval-rate"]
    expected = {"Organization/larkspur": "Twin", "Organization/fernvale": "Twin"}
    assert {row["reference"]: row["group"] for row in rows if row["group"] == "Twin"} == expected
    report = body(await server.get(f"$report?{YEAR}&group-by=payer"))
    values = [one["value"] for one in report["group"][0]["stratifier"][0]["stratum"]]
    told = {one["extension"][0]["valueReference"]["reference"]: one["text"] for one in values}
    assert {key: name for key, name in told.items() if name == "Twin"} == expected


async def test_a_period_before_the_claims_has_none(server: Service) -> None:
    await _claims(server)
    rows = await _rows(server, "start=2025-01-01&end=2025-12-31")
    assert rows["claim-approval-rate", ""]["denominator_count"] == "0"


@pytest.mark.parametrize("group_by", ["", "&group-by=payer", "&group-by=month"])
async def test_days_that_are_still_to_come_do_not_change_an_average_day(server: Service, group_by: str) -> None:
    await _claims(server)
    today, later = ("start=2026-11-01&end=" + one + group_by for one in ("2026-11-24", "2027-03-31"))
    expected = await _rows(server, today)
    found = await _rows(server, later)
    days = "days-in-accounts-receivable"
    columns = ("numerator_amount", "denominator_amount", "score")
    for group in (group for measure, group in expected if measure == days):
        assert [found[days, group][one] for one in columns] == [expected[days, group][one] for one in columns]
    assert expected[days, ""]["score"]


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("end=2026-12-31", "start"),
        ("start=2026-01-01", "end"),
        ("start=2026-12-31&end=2026-01-01", "end"),
        (f"{YEAR}&group-by=colour", "group-by"),
        (f"{YEAR}&nonsense=1", "nonsense"),
        ("start=soon&end=2026", "start"),
    ],
)
async def test_a_report_that_cannot_be_is_refused(server: Service, query: str, expression: str) -> None:
    answer = await server.get(f"$report?{query}")
    assert (answer.status_code, issues(answer)[0][2]) == (400, expression)


async def test_only_the_report_is_given_as_csv(server: Service) -> None:
    for path in ("Patient", "metadata", "Patient/mirabel-thistledown"):
        assert (await server.get(f"{path}?_format=csv")).status_code == 406
        assert (await server.get(path, accept="text/csv")).status_code == 406


async def test_a_payment_pays_its_claims_and_is_collected(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    answer = await server.post("PaymentReconciliation/$post", payment((response, "82.50")))
    assert answer.status_code == 200, answer.text
    assert server.engine.validate(body(answer)) == ()
    found = await explanation(server, response)
    assert (found["meta"]["versionId"], amounts(found)["paidtoprovider"]) == ("2", Decimal("82.50"))
    rows = await _rows(server)
    assert Decimal(rows["total-collections", ""]["numerator_amount"]) == Decimal("82.50")
    assert Decimal(rows["days-in-accounts-receivable", ""]["numerator_amount"]) == Decimal("40.66")


async def test_a_patient_pays_what_is_left(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    paid = payment((response, "40.66"), number="CARD-1")
    del paid["paymentIssuer"]
    assert (await server.post("PaymentReconciliation/$post", paid)).status_code == 200
    assert amounts(await explanation(server, response))["paidbypatient"] == Decimal("40.66")


async def test_a_payment_is_posted_once(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    paid = payment((response, "10.00"))
    answers = await asyncio.gather(*(server.post("PaymentReconciliation/$post", paid) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7
    again = await server.post("PaymentReconciliation/$post", paid)
    assert issues(again) == [("error", "duplicate", "PaymentReconciliation.paymentIdentifier")]
    assert amounts(await explanation(server, response))["paidtoprovider"] == Decimal("10.00")


async def test_a_payment_that_others_say_was_posted_is_posted(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    paid = payment((response, "10.00"))
    identity = {"system": "https://almoner.example/sid/posting", "value": "Organization/larkspur##EFT-1"}
    assert (await server.post("PaymentReconciliation", {**paid, "identifier": [identity]})).status_code == 201
    assert (await server.post("PaymentReconciliation/$post", paid)).status_code == 200


async def test_payments_at_once_never_pay_more_than_is_open(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    payments = [payment((response, "30.00"), number=f"EFT-{number}") for number in range(6)]
    answers = await asyncio.gather(*(server.post("PaymentReconciliation/$post", one) for one in payments))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 422, 422, 422, 422]
    assert amounts(await explanation(server, response))["paidtoprovider"] == Decimal("60.00")


async def test_a_payment_that_does_not_come_out_is_refused_whole(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    wrong = payment((response, "82.51"), paymentAmount={"value": Decimal("82.52"), "currency": "USD"})
    answer = await server.post("PaymentReconciliation/$post", wrong)
    assert answer.status_code == 422
    assert {expression for _, _, expression in issues(answer)} >= {
        "PaymentReconciliation.paymentAmount",
        "PaymentReconciliation.detail[0].amount",
    }
    assert await all_of(server, "PaymentReconciliation") == []
    assert (await explanation(server, response))["meta"]["versionId"] == "1"


async def test_imported_money_is_reported_apart(server: Service) -> None:
    imported = {**claim("mirabel-visit"), "id": "elsewhere", "created": "2026-06-01"}
    assert (await server.put("Claim/elsewhere", imported)).status_code == 201
    rows = await _rows(server)
    assert Decimal(rows["imported-charges-billed", ""]["numerator_amount"]) == Decimal("175.00")
    assert rows["days-in-accounts-receivable", ""]["numerator_amount"] == "0"
