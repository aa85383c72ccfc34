"""http://hl7.org/fhir/R4/measurereport.html: measures as a MeasureReport and as CSV."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from conformance_tests.billing import resources
from conformance_tests.billing.amounts import element
from operations.billing import measurereport, measuretable, vocabulary
from operations.billing.days import Days
from operations.billing.measure import Measure, Part, Ratio
from operations.billing.vocabulary import concept
from server.fhir import codec

PERIOD = Days(date(2026, 1, 1), date(2026, 12, 31))
ABSENT = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "not-applicable"}]}
RATE = Measure(
    "claim-approval-rate",
    "1",
    "",
    Ratio(Part(2), Part(3)),
    {"Organization/a": Ratio(Part(2), Part(2)), "": Ratio(Part(0), Part(1))},
)
DAYS = Measure("days-in-accounts-receivable", "d", "USD", Ratio(Part(4, Decimal("240.00")), Part(2, Decimal("250.00"))))
NONE = Measure("days-in-accounts-receivable", "d", "", Ratio(Part(), Part()))
CASH = Measure(
    "total-collections", "", "USD", Ratio(Part(3, Decimal("95.00"))), {"=a": Ratio(Part(3, Decimal("95.00")))}
)
EMPTY = Measure("total-collections", "", "", Ratio(Part()))
ODD = Measure("imported-charges-billed", "", "+X", Ratio(Part(1, Decimal("1E-7"))))


def test_a_report_is_valid_and_says_what_it_is_of() -> None:
    built = measurereport.report([RATE, DAYS, NONE, CASH, EMPTY], PERIOD, "payer", "2026-12-31T10:00:00Z")
    assert resources.problems(codec.decode(codec.encode(built))) == []
    assert {name: built[name] for name in ("resourceType", "status", "type", "measure", "date", "period")} == {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": vocabulary.REVENUE_CYCLE,
        "date": "2026-12-31T10:00:00Z",
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
    }
    assert [one["code"] for one in built["group"]] == [
        concept(vocabulary.REVENUE_MEASURE, one.code) for one in (RATE, DAYS, NONE, CASH, EMPTY)
    ]


def test_a_rate_has_counts_and_a_rounded_score() -> None:
    (group,) = measurereport.report([RATE], PERIOD, "payer", "2026", {"Organization/a": "Aurora"})["group"]
    assert group["population"] == [
        {"code": concept(vocabulary.MEASURE_POPULATION, "numerator"), "count": 2},
        {"code": concept(vocabulary.MEASURE_POPULATION, "denominator"), "count": 3},
    ]
    assert group["measureScore"] == {"value": Decimal("0.6667"), "system": vocabulary.UCUM, "code": "1"}
    (stratifier,) = group["stratifier"]
    assert stratifier["code"] == [{"text": "payer"}]
    reference = {"url": vocabulary.STRATUM_VALUE, "valueReference": {"reference": "Organization/a"}}
    assert [one["value"] for one in stratifier["stratum"]] == [
        {"extension": [reference], "text": "Aurora"},
        {**concept(vocabulary.ABSENT_CODES, "unknown"), "text": "not stated"},
    ]
    assert [one["measureScore"]["value"] for one in stratifier["stratum"]] == [Decimal("1.0000"), Decimal("0.0000")]


def test_days_have_their_exact_money_in_the_populations() -> None:
    days, none = measurereport.report([DAYS, NONE], PERIOD, "", "2026")["group"]
    assert [one["extension"][0]["valueMoney"] for one in days["population"]] == [element("240.00"), element("250.00")]
    assert days["measureScore"] == {"value": Decimal("86.40"), "system": vocabulary.UCUM, "code": "d"}
    assert none["measureScore"] == ABSENT
    assert none["population"][0]["extension"][0]["valueMoney"] == {"value": Decimal(0)}
    assert "stratifier" not in days


def test_a_sum_is_its_own_score() -> None:
    cash, empty, odd = measurereport.report([CASH, EMPTY, ODD], PERIOD, "", "2026")["group"]
    assert [_one["code"]["coding"][0]["code"] for _one in cash["population"]] == ["measure-population"]
    assert cash["measureScore"] == {"value": Decimal("95.00"), "system": vocabulary.ISO_4217, "code": "USD"}
    assert empty["measureScore"] == {"value": Decimal(0)}
    assert odd["measureScore"] == {"value": Decimal("1E-7")}


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(1, 3, "0.3333"), (2, 3, "0.6667"), (1, 1, "1.0000"), (1, 20000, "0.0000"), (3, 20000, "0.0002")],
)
def test_a_score_is_rounded_half_even(numerator: int, denominator: int, expected: str) -> None:
    ratio = Ratio(Part(numerator), Part(denominator))
    assert measurereport.score(RATE, ratio) == Decimal(expected)


def test_the_table_has_a_row_for_each_whole_and_group() -> None:
    rows = list(csv.reader(measuretable.text([RATE, DAYS, NONE, CASH, ODD], "payer").splitlines()))
    assert rows == [
        list(measuretable.COLUMNS),
        ["claim-approval-rate", "", "", "", "2", "", "3", "", "0.6667", "1", ""],
        ["claim-approval-rate", "payer", "Organization/a", "", "2", "", "2", "", "1.0000", "1", "Organization/a"],
        ["claim-approval-rate", "payer", "not stated", "", "0", "", "1", "", "0.0000", "1", ""],
        ["days-in-accounts-receivable", "", "", "USD", "4", "240.00", "2", "250.00", "86.40", "d", ""],
        ["days-in-accounts-receivable", "", "", "", "0", "0", "0", "0", "", "d", ""],
        ["total-collections", "", "", "USD", "3", "95.00", "", "", "95.00", "", ""],
        ["total-collections", "payer", "'=a", "USD", "3", "95.00", "", "", "95.00", "", "'=a"],
        ["imported-charges-billed", "", "", "'+X", "1", "0.0000001", "", "", "0.0000001", "", ""],
    ]


def test_a_month_is_no_reference() -> None:
    measure = replace(CASH, groups={"2026-03": CASH.whole})
    (group,) = measurereport.report([measure], PERIOD, "month", "2026")["group"]
    assert [one["value"] for one in group["stratifier"][0]["stratum"]] == [{"text": "2026-03"}]
    rows = list(csv.DictReader(measuretable.text([measure], "month").splitlines()))
    assert [(row["group"], row["reference"]) for row in rows] == [("", ""), ("2026-03", "")]


def test_the_table_shows_groups_by_their_names() -> None:
    text = measuretable.text([RATE], "payer", {"Organization/a": 'Aurora, "Inc"'})
    assert '"Aurora, ""Inc"""' in text
    assert text.endswith("\r\n")
