"""When the years of a plan begin, whose rules may change within one: each set of rules is an InsurancePlan.

The extension `plan-year-start` says a day on which a year begins; without it a year begins on the anniversary of the
rules' own start, else on 1 January. Whether later rules with another start begin a new year is theirs to say.
Source: http://hl7.org/fhir/R4/insuranceplan.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from operations.billing import days, vocabulary
from operations.billing.days import Days
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

_JANUARY = date(2000, 1, 1)


def begins(rules: Resource) -> date:
    """A day on which a year begins by these rules."""
    stated, start = _stated(rules), rules.get("period", {}).get("start")
    if stated:
        return days.of_date(stated).first
    return days.of_date(start).first if start else _JANUARY


def held(rules: Resource, family: Sequence[Resource]) -> Days:
    """The days around these rules on which years begin as by them, among all rules of the plan.

    Raises Unprocessable where later rules begin their years on another day than the first ones and do not say so.
    """
    ordered = sorted(family, key=lambda one: _period(one).first)
    for one in ordered:
        if not _stated(one) and not _agree(one, ordered[0]):
            raise Unprocessable(_UNSAID.format(one["id"]), expression="InsurancePlan.period")
    own = _period(rules)
    others = [_period(one) for one in ordered if not _agree(one, rules)]
    before = [one.last + _DAY for one in others if one.last < own.first]
    after = [one.first - _DAY for one in others if one.first > own.last]
    return Days(max(before, default=date.min), min(after, default=date.max))


_DAY = timedelta(days=1)
_UNSAID = (
    "the rules of the plan change within its year: InsurancePlan/{} has to say when a year begins "
    f"(extension {vocabulary.PLAN_YEAR_START})"
)


def _stated(rules: Resource) -> Json:
    """The day that the rules say, None where they do not."""
    return vocabulary.extension(rules, vocabulary.PLAN_YEAR_START, "valueDate", "InsurancePlan")


def _agree(one: Resource, other: Resource) -> bool:
    """Whether a year of both begins on the same day."""
    return days.year_from(_LEAP, begins(one)) == days.year_from(_LEAP, begins(other))


_LEAP = date(2000, 12, 31)


def _period(rules: Resource) -> Days:
    return days.of_period(rules.get("period", {}))
