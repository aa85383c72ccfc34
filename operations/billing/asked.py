"""What must hold of a CoverageEligibilityRequest for it to be answered.

Source: http://hl7.org/fhir/R4/coverageeligibilityrequest.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from operations.billing import coverage, days, modifiers
from operations.billing.days import Days
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

ROOT = "CoverageEligibilityRequest"


def focal(request: Resource) -> list[Json]:
    """The insurances that are asked about: the focal ones, else the only one."""
    listed = request.get("insurance", ())
    return [one for one in listed if one.get("focal") is True] or ([*listed] if len(listed) == 1 else [])


def period(request: Resource, today: date) -> Days:
    """The days that are asked for: servicedDate, or servicedPeriod, of which one end may stand for both; today without
    either.
    """
    stated = request.get("servicedPeriod", {})
    first = request.get("servicedDate") or stated.get("start") or stated.get("end")
    begin = days.of_date(first).first if first else today
    return Days(begin, max(begin, days.of_date(stated["end"]).last if "end" in stated else begin))


def issues(request: Resource, known: Mapping[str, Resource]) -> tuple[Issue, ...]:
    """Every reason why a request cannot be answered; `known` is what the server has of what it refers to."""
    return tuple(Issue("error", code, text, path) for code, path, text in _faults(request, known))


def _faults(request: Resource, known: Mapping[str, Resource]) -> Iterator[tuple[str, str, str]]:
    for path in modifiers.unknown(request):
        yield "extension", path, "this may change the meaning of the rest, and is not understood"
    if request["status"] != "active":
        yield "business-rule", f"{ROOT}.status", "only an active request is answered"
    provider = coverage.reference(request.get("provider", {}))
    if "provider" in request and provider not in known:
        yield "not-found", f"{ROOT}.provider", "the provider is not on this server"
    insurances = focal(request)
    if len(insurances) != 1:
        yield "business-rule", f"{ROOT}.insurance", "exactly one insurance is the one that is asked"
        return
    covered = known.get(coverage.reference(insurances[0]["coverage"]), {})
    if covered.get("resourceType") != "Coverage":
        yield "not-found", f"{ROOT}.insurance.coverage", "the coverage is not on this server"
        return
    if coverage.reference(covered["beneficiary"]) != coverage.reference(request["patient"]):
        yield "business-rule", f"{ROOT}.patient", "the coverage is of another patient"
    if coverage.reference(request["insurer"]) != coverage.payor(covered):
        yield "business-rule", f"{ROOT}.insurer", "the insurer is not the payor of the coverage"
