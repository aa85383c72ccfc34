"""The yearly amounts of a plan and what is used of them, as EOBs and eligibility answers say them.

Source: http://hl7.org/fhir/R4/explanationofbenefit.html#benefitbalance
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from operations.billing import money, vocabulary
from operations.billing.accumulators import Accumulators, Used
from operations.billing.days import Days
from operations.billing.money import Money
from operations.billing.plan import Plan
from server.fhir.resource import Resource

TYPES: Mapping[str, Resource] = {
    "deductible": vocabulary.concept(vocabulary.BENEFIT_TYPE, "deductible"),
    "out-of-pocket-maximum": vocabulary.concept(vocabulary.BENEFIT_TYPE_OURS, "out-of-pocket-maximum"),
}
"""The concept of each yearly amount."""


@dataclass(frozen=True, slots=True)
class Balance:
    """A yearly amount by the name of its type, and what is used of it."""

    type: str
    allowed: Money
    used: Money

    @property
    def remaining(self) -> Money:
        """What is left of it."""
        return max(money.zero(self.allowed.currency), self.allowed - self.used)


def balances(plan: Plan, used: Accumulators) -> Mapping[str, Sequence[Balance]]:
    """What the plan limits in a year, by `individual` and `family`, without the one that it does not limit."""
    found = {
        "individual": _balances(plan.deductible.individual, plan.out_of_pocket.individual, used.member),
        "family": _balances(plan.deductible.family, plan.out_of_pocket.family, used.family),
    }
    return {unit: amounts for unit, amounts in found.items() if amounts}


def heading(unit: str) -> Resource:
    """What is common to the amounts of a unit: they are of the whole plan, and yearly."""
    return {
        "category": vocabulary.concept(vocabulary.SERVICE_TYPE, vocabulary.WHOLE_PLAN),
        "unit": vocabulary.concept(vocabulary.BENEFIT_UNIT, unit),
        "term": vocabulary.concept(vocabulary.BENEFIT_TERM, "annual"),
    }


def figure(balance: Balance) -> Resource:
    """A yearly amount with what is allowed and used."""
    return {
        "type": TYPES[balance.type],
        "allowedMoney": money.element(balance.allowed),
        "usedMoney": money.element(balance.used),
    }


def period(year: Days) -> Resource:
    """The Period of a plan year."""
    return {"start": year.first.isoformat(), "end": year.last.isoformat()}


def _balances(deductible: Money | None, out_of_pocket: Money | None, used: Used) -> tuple[Balance, ...]:
    rows = (
        ("deductible", deductible, used.deductible),
        ("out-of-pocket-maximum", out_of_pocket, used.out_of_pocket),
    )
    return tuple(Balance(type_, allowed, spent) for type_, allowed, spent in rows if allowed is not None)
