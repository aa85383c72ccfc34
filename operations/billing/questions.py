"""What a report asks the store: the sums of facts that the measures of a period and grouping come from.

| answer | facts | days | grouped by |
|---|---|---|---|
| `period` | charges, adjudications, payments | of the period | as asked |
| `balance` | charges, adjustments, payments | up to its last | as asked |
| `recent` | charges | its last 90, or the last 90 where it ends later | as asked; not by month |
| `recent 2026-03` and so on, by month only | charges | the 90 up to the end of the month, of the period, or today | |

Source: http://hl7.org/fhir/R4/measurereport.html
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from operations.billing.days import Days
from operations.billing.facts import ADJUDICATION, ADJUSTMENT, CHARGE, PAYMENT
from server.fhir.errors import Invalid, TooCostly
from server.fhir.fact import FactQuery

WINDOW = 90
"""The days whose charges say what an average day brings."""
BY_REFERENCE = ("payer", "provider")
"""The groupings whose groups are relative references."""
GROUPINGS = ("", *BY_REFERENCE, "month")
MONTHS = 120
"""A report by month has at most so many."""


def queries(period: Days, group_by: str, today: date) -> Mapping[str, FactQuery]:
    """The queries of a report by the name that `metrics` knows their answers by; raises Invalid or TooCostly.

    Days after `today` bring nothing yet, so they are none of those that an average day is made of.
    """
    if group_by not in GROUPINGS:
        raise Invalid(f"a report is grouped by {', '.join(filter(None, GROUPINGS))} or nothing", expression="group-by")
    if period.last < period.first:
        raise Invalid("a period does not end before it starts", expression="end")
    found = {
        "period": _query((CHARGE, ADJUDICATION, PAYMENT), period, group_by),
        "balance": _query((CHARGE, ADJUSTMENT, PAYMENT), Days(date.min, period.last), group_by),
        "recent": _query((CHARGE,), _window(min(period.last, today)), "" if group_by == "month" else group_by),
    }
    ends = months(period) if group_by == "month" else {}
    return {**found, **{recent(month): _query((CHARGE,), _window(min(end, today)), "") for month, end in ends.items()}}


def recent(month: str) -> str:
    """The name of the answer for the days before the end of a month."""
    return f"recent {month}"


def months(period: Days) -> Mapping[str, date]:
    """The months of a period, each with its last day in it; raises TooCostly for more than is sensible."""
    count = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    if count > MONTHS:
        raise TooCostly(f"a report by month is of at most {MONTHS} months", expression="group-by")
    return {f"{end:%Y-%m}": min(end, period.last) for end in _ends(period.first, count)}


def _ends(first: date, count: int) -> Iterator[date]:
    for number in range(first.month - 1, first.month - 1 + count):
        year, month = first.year + number // 12, number % 12 + 1
        yield date(year, month, monthrange(year, month)[1])


def _window(last: date) -> Days:
    return Days(max(last, date.min + timedelta(WINDOW)) - timedelta(WINDOW - 1), last)


def _query(kinds: tuple[str, ...], period: Days, group_by: str) -> FactQuery:
    return FactQuery(kinds, period.first.isoformat(), period.last.isoformat(), group_by)
