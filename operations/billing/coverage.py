"""Whether a coverage is in force on a day, whom it belongs to, and which plan it is of.

Source: http://hl7.org/fhir/R4/coverage.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from operations.billing import days, vocabulary
from server.fhir.resource import Json, Resource


def in_force(coverage: Resource, day: date) -> bool:
    """Whether the coverage is active and the day lies in its period."""
    return coverage["status"] == "active" and days.of_period(coverage.get("period", {})).covers(day)


def payor(coverage: Resource) -> str:
    """The relative reference of the first payor; empty when it is not literal."""
    return reference(coverage["payor"][0])


def plan_code(coverage: Resource) -> str:
    """What Coverage.class calls the plan; empty when it does not say."""
    return next((one["value"] for one in coverage.get("class", ()) if _is_plan(one)), "")


def plan_of(coverage: Resource, plans: Sequence[Resource]) -> Resource | None:
    """The active InsurancePlan among a payor's that the coverage names as its plan, by an identifier's value.

    A coverage that names no plan has its payor's only one. None rather than a guess in any other case.
    """
    active = [plan for plan in plans if plan.get("status") == "active"]
    wanted = plan_code(coverage)
    fitting = [plan for plan in active if wanted in _identifiers(plan)] if wanted else active
    return fitting[0] if len(fitting) == 1 else None


def policy(coverage: Resource) -> str:
    """The policy that the coverage belongs to: payor and subscriber number, which a family shares."""
    return f"{payor(coverage)}#{coverage.get('subscriberId') or coverage['id']}"


def reference(value: Json) -> str:
    """The relative reference of a Reference without a version; empty when it is not literal."""
    text: str = value.get("reference", "")
    return text.partition("/_history/")[0]


def _is_plan(one: Json) -> bool:
    return vocabulary.code(one["type"], vocabulary.COVERAGE_CLASS) == "plan"


def _identifiers(plan: Resource) -> set[str]:
    listed = [
        *plan.get("identifier", ()),
        *(one for part in plan.get("plan", ()) for one in part.get("identifier", ())),
    ]
    return {one["value"] for one in listed if "value" in one}
