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
    """The days on which the coverage is in force; none for one that is not active."""
    return days.of_period(coverage.get("period", {})) if coverage.get("status") == "active" else days.NEVER


def in_force(coverage: Resource, day: date) -> bool:
    """Whether the coverage is active and the day lies in its period."""
    return term(coverage).covers(day)


def payor(coverage: Resource) -> str:
    """The relative reference of the first payor; empty when it is not literal."""
    return reference(coverage["payor"][0])


def insured(coverage: Resource) -> bool:
    """Whether the first payor is an organization, and not the patient or who else pays alone."""
    return payor(coverage).startswith("Organization/")


def may_pay_before(coverage: Resource, other: Resource, day: date) -> bool:
    """Whether the coverage is of an insurer, in force on a day, and comes before another by its order; one of another
    policy also where the orders do not say.
    """
    orders = [one["order"] for one in (coverage, other) if "order" in one]
    silent = len(orders) < 2 or orders[0] == orders[1]
    before = policy(coverage) != policy(other) if silent else orders[0] < orders[1]
    return before and insured(coverage) and in_force(coverage, day)


def plan_codes(coverage: Resource) -> set[str]:
    """What Coverage.class calls the plan; empty when it does not say."""
    return {one.get("value", "") for one in coverage.get("class", ()) if _is_plan(one)}


def plan_of(coverage: Resource, plans: Sequence[Resource], day: date) -> Resource | None:
    """The InsurancePlan among a payor's that the coverage names as its plan, by an identifier's value, and its year.

    It is active and its period has the day. A coverage that names no plan has its payor's only one. None rather than a
    guess in any other case.
    """
    wanted = plan_codes(coverage)
    active = [plan for plan in plans if plan.get("status") == "active" and _holds(plan, day)]
    fitting = [plan for plan in active if wanted <= _identifiers(plan)]
    return fitting[0] if len(fitting) == 1 else None


def rules_of(plan: Resource, plans: Sequence[Resource]) -> list[Resource]:
    """All rules that a plan has or had, itself among them: those that share an identifier with it; drafts are none."""
    named = _numbers(plan)
    return [one for one in plans if one is plan or (one.get("status") != "draft" and named & _numbers(one))]


def policy(coverage: Resource) -> str:
    """The policy that the coverage belongs to: payor and subscriber number, which a family shares; without a number
    the subscriber.
    """
    return f"{payor(coverage)}#{coverage.get('subscriberId') or subscriber(coverage) or coverage['id']}"


def subscriber(coverage: Resource) -> str:
    """The relative reference of the subscriber; empty where that is no resource of this server."""
    found = reference(coverage.get("subscriber", {}))
    return found if found.startswith(("Patient/", "RelatedPerson/")) and found.count("/") == 1 else ""


def billed(explanation: Resource) -> str:
    """The relative reference of the coverage that an EOB of this server bills."""
    return next((reference(one["coverage"]) for one in explanation["insurance"] if one["focal"]), "")


def reference(value: Json) -> str:
    """The relative reference of a Reference without a version; empty when it is not literal."""
    text: str = value.get("reference", "")
    return text.partition("/_history/")[0]


def named(value: Json) -> bool:
    """Whether a Reference names something literally, outside its resource."""
    return reference(value)[:1] not in ("", "#")


def same(one: Json, other: Json) -> bool:
    """Whether two References, of whatever resources, name one thing."""
    return named(one) and reference(one) == reference(other)


def _holds(plan: Resource, day: date) -> bool:
    return days.of_period(plan.get("period", {})).covers(day)


def _is_plan(one: Json) -> bool:
    return vocabulary.code(one["type"], vocabulary.COVERAGE_CLASS) == "plan"


def _identifiers(plan: Resource) -> set[str]:
    return {value for _, value in _numbers(plan)}


def _numbers(plan: Resource) -> set[tuple[str, str]]:
    """The system and value of each identifier."""
    listed = [
        *plan.get("identifier", ()),
        *(one for part in plan.get("plan", ()) for one in part.get("identifier", ())),
    ]
    return {(one.get("system", ""), one["value"]) for one in listed if "value" in one}
