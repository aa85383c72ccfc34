"""Whether a coverage is in force on a day, whom it belongs to, and which plan it is of.

Source: http://hl7.org/fhir/R4/coverage.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from operations.billing import days, vocabulary
from operations.billing.days import Days
from server.fhir.resource import Json, Resource


def term(coverage: Resource) -> Days:
    """The days on which the coverage is in force; one that is not active ends before it begins."""
    period = days.of_period(coverage.get("period", {}))
    return period if coverage.get("status") == "active" else Days(period.first, date.min)


def in_force(coverage: Resource, day: date) -> bool:
    """Whether the coverage is active and the day lies in its period."""
    return coverage.get("status") == "active" and term(coverage).covers(day)


def payor(coverage: Resource) -> str:
    """The relative reference of the first payor; empty when it is not literal."""
    return reference(coverage["payor"][0])


def plan_code(coverage: Resource) -> str:
    """What Coverage.class calls the plan; empty when it does not say."""
    return next((one.get("value", "") for one in coverage.get("class", ()) if _is_plan(one)), "")


def plan_of(coverage: Resource, plans: Sequence[Resource], day: date) -> Resource | None:
    """The InsurancePlan among a payor's that the coverage names as its plan, by an identifier's value, and its year.

    It is active and its period has the day. A coverage that names no plan has its payor's only one. None rather than a
    guess in any other case.
    """
    listed = rules_of(coverage, plans)
    fitting = [plan for plan in listed if plan.get("status") == "active" and _holds(plan, day)]
    return fitting[0] if len(fitting) == 1 else None


def rules_of(coverage: Resource, plans: Sequence[Resource]) -> list[Resource]:
    """All rules that the coverage's plan has or had, among a payor's; drafts are none yet."""
    wanted = plan_code(coverage)
    listed = [plan for plan in plans if plan.get("status") != "draft"]
    return [plan for plan in listed if wanted in _identifiers(plan)] if wanted else listed


def policy(coverage: Resource) -> str:
    """The policy that the coverage belongs to: payor and subscriber number, which a family shares; without a number
    the subscriber.
    """
    number, subscriber = coverage.get("subscriberId"), reference(coverage.get("subscriber", {}))
    return f"{payor(coverage)}#{number or subscriber or coverage['id']}"


def billed(explanation: Resource) -> str:
    """The relative reference of the coverage that an EOB of this server is about."""
    return next((reference(one["coverage"]) for one in explanation["insurance"] if one["focal"]), "")


def reference(value: Json) -> str:
    """The relative reference of a Reference without a version; empty when it is not literal."""
    text: str = value.get("reference", "")
    return text.partition("/_history/")[0]


def _holds(plan: Resource, day: date) -> bool:
    return days.of_period(plan.get("period", {})).covers(day)


def _is_plan(one: Json) -> bool:
    return vocabulary.code(one["type"], vocabulary.COVERAGE_CLASS) == "plan"


def _identifiers(plan: Resource) -> set[str]:
    listed = [
        *plan.get("identifier", ()),
        *(one for part in plan.get("plan", ()) for one in part.get("identifier", ())),
    ]
    return {one["value"] for one in listed if "value" in one}
