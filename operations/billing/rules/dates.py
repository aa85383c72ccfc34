"""Rules on days: a service lies where patient, coverage, encounter and calendar allow it.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable

from operations.billing import days
from operations.billing.case import Case
from operations.billing.rules.rule import Finding, Rule
from server.fhir import temporal


def _dated(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if days.serviced(item) is None:
            yield f"{path}.serviced", "the day of the service is required, as a whole date"


def _one_day(case: Case) -> Iterable[Finding]:
    """A copay is taken, and a visit counted, for each day of service."""
    for path, when in case.dated:
        if when.first != when.last:
            yield f"{path}.serviced", "each day of service is a line of its own"


def _not_future(case: Case) -> Iterable[Finding]:
    for path, when in case.dated:
        if when.last > case.today:
            yield f"{path}.serviced", "the service is in the future"


def _created(case: Case) -> Iterable[Finding]:
    created = case.claim["created"]
    timed = "T" in created and temporal.interval(created)[0] > temporal.of_moment(case.now)
    if timed or ("T" not in created and days.of_date(created).first > case.today):
        yield "Claim.created", "the claim is made in the future"


def _billed_period(case: Case) -> Iterable[Finding]:
    billed = days.of_period(case.claim.get("billablePeriod", {}))
    for path, when in case.dated:
        if not billed.contains(when):
            yield f"{path}.serviced", "the service is outside the billable period of the claim"


def _born(case: Case) -> Iterable[Finding]:
    patient = case.found(case.claim["patient"]) or {}
    born = days.of_date(patient["birthDate"]) if "birthDate" in patient else days.ALWAYS
    for path, when in case.dated:
        if when.first < born.first:
            yield f"{path}.serviced", "the service is before the patient's birth"


def _alive(case: Case) -> Iterable[Finding]:
    patient = case.found(case.claim["patient"]) or {}
    died = days.reaching({"end": patient.get("deceasedDateTime")}, case.zone)
    for path, when in case.dated:
        if when.first > died.last:
            yield f"{path}.serviced", "the service is after the patient's death"


def _in_force(case: Case) -> Iterable[Finding]:
    covered = days.of_period((case.coverage or {}).get("period", {}))
    for path, when in case.dated:
        if not covered.contains(when):
            yield f"{path}.serviced", "the service is outside the period of the coverage"


def _in_encounter(case: Case) -> Iterable[Finding]:
    dated = dict(case.dated)
    for path, _, encounter in case.encounters:
        line = path.rpartition(".")[0]
        held = days.reaching((encounter or {}).get("period", {}), case.zone)
        if line in dated and not held.contains(dated[line]):
            yield f"{line}.serviced", "the service is outside the period of its encounter"


def _one_plan_year(case: Case) -> Iterable[Finding]:
    if case.plan is None or not case.dated:
        return
    judged = days.common(case.plan.year(case.dated[0][1].first), case.plan.period)
    for path, when in case.dated:
        if not judged.contains(when):
            yield f"{path}.serviced", "the services of a claim lie in one year of the plan, under the same rules"


RULES = (
    Rule("service-date", "required", _dated, each="item"),
    Rule("service-day", "not-supported", _one_day, each="item"),
    Rule("service-not-future", "business-rule", _not_future, each="item"),
    Rule("created-not-future", "business-rule", _created),
    Rule("billable-period", "business-rule", _billed_period, each="item"),
    Rule("after-birth", "business-rule", _born, each="item"),
    Rule("before-death", "business-rule", _alive, each="item"),
    Rule("coverage-period", "business-rule", _in_force, each="item"),
    Rule("encounter-period", "business-rule", _in_encounter, each="item.encounter"),
    Rule("one-plan-year", "business-rule", _one_plan_year),
)
