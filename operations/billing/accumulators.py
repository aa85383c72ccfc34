"""What the posted EOBs of a plan year have consumed of deductible, out-of-pocket maximum and visits.

Source: http://hl7.org/fhir/R4/explanationofbenefit.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from operations.billing import categories, coverage, days, money, vocabulary
from operations.billing.money import Money
from operations.billing.plan import Plan, Yearly
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

SHARE = ("deductible", "copay", "coinsurance")
"""What a member pays of an allowed amount: it counts toward the out-of-pocket maximum."""


@dataclass(frozen=True, slots=True)
class Used:
    """What one member, or the whole family, has paid in a plan year."""

    deductible: Money
    out_of_pocket: Money

    def plus(self, deductible: Money, share: Money) -> Used:
        """The same after more was paid; `share` includes `deductible`."""
        return Used(self.deductible + deductible, self.out_of_pocket + share)


@dataclass(frozen=True, slots=True)
class Accumulators:
    """The consumption of a plan year.

    `visits` has, by service category, the days on which the plan covered one for the member, and the copay taken for
    each. `ordinal` is the place of the next EOB among all of the policy.
    """

    year: days.Days
    member: Used
    family: Used
    visits: Mapping[str, Mapping[date, Money]] = field(default_factory=dict)
    ordinal: int = 1

    def plus(self, deductible: Money, share: Money) -> Accumulators:
        """The same after the member paid for one more line."""
        return replace(self, member=self.member.plus(deductible, share), family=self.family.plus(deductible, share))

    def copaid(self, category: str, day: date) -> Money:
        """The copay that was taken for services of the category on the day."""
        return self.visits.get(category, {}).get(day, money.zero(self.member.deductible.currency))

    def visited(self, category: str, day: date, copay: Money) -> Accumulators:
        """The same after the plan covered one more service of the category on the day."""
        known = {**self.visits.get(category, {}), day: self.copaid(category, day) + copay}
        return replace(self, visits={**self.visits, category: known})


def opening(plan: Plan, day: date) -> Accumulators:
    """The plan year of a day, in which nothing is consumed yet."""
    nothing = Used(money.zero(plan.currency), money.zero(plan.currency))
    return Accumulators(plan.year(day), nothing, nothing)


def of_policy(
    plan: Plan, day: date, member: Collection[str], explanations: Sequence[Resource], ordinal: int = 1
) -> Accumulators:
    """What the posted EOBs of a policy consumed of the plan year of a day; what is of the patients that the member is
    known as is the member's.

    `ordinal` is the place of the next one. Raises Unprocessable where they are in another currency than the plan.
    """
    found = replace(opening(plan, day), ordinal=ordinal)
    for explanation in explanations:
        if explanation["status"] == "active" and explanation["use"] == "claim":
            dated = [(at, one) for at, one in _dated(explanation) if found.year.covers(at)]
            own = coverage.reference(explanation["patient"]) in member
            found = _consumed(found, dated, own, plan.currency)
    return found


def remaining(limit: Yearly, member: Money, family: Money) -> Money | None:
    """What is left of a yearly amount: the member's or the family's, whichever is less; None without a limit."""
    pairs = ((limit.individual, member), (limit.family, family))
    left = [one - used for one, used in pairs if one is not None]
    return Money(max(0, min(one.minor for one in left)), member.currency) if left else None


def _dated(explanation: Resource) -> list[tuple[date, Json]]:
    lines = ((days.serviced(item), item) for item in explanation.get("item", ()))
    return [(found.first, item) for found, item in lines if found]


def _consumed(before: Accumulators, dated: Sequence[tuple[date, Json]], own: bool, currency: str) -> Accumulators:
    found = before
    for at, item in dated:
        deductible, copay, coinsurance = (_amount(item, name, currency) for name in SHARE)
        share = deductible + copay + coinsurance
        if own:
            found = found.plus(deductible, share)
            found = found if categories.denied(item) else found.visited(category_of(item), at, copay)
        else:
            found = replace(found, family=found.family.plus(deductible, share))
    return found


def _amount(item: Json, name: str, currency: str) -> Money:
    """What a posted line says; what was posted is in one currency, and only the plan's may have changed since."""
    try:
        return categories.amount(item.get("adjudication", ()), name, "ExplanationOfBenefit.item.adjudication", currency)
    except Unprocessable as error:
        raise Unprocessable(_CHANGED.format(currency), expression="InsurancePlan.plan[0]") from error


_CHANGED = "the plan is in {}, and what was used of its year is not: what is left of the year cannot be told"


def category_of(item: Json) -> str:
    """The service category that a line states; empty without one."""
    return vocabulary.code(item.get("category", {}), vocabulary.SERVICE_TYPE)
