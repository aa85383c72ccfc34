"""What must hold of a CoverageEligibilityRequest for it to be answered.

Source: http://hl7.org/fhir/R4/coverageeligibilityrequest.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from operations.billing import coverage, days, modifiers, vocabulary
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
    found = (one for check in _CHECKS for one in check(request, known))
    return tuple(Issue("error", code, text, path) for code, path, text in found)


_Found: TypeAlias = Iterator[tuple[str, str, str]]
"""What checks find: an IssueType, the FHIRPath of the element, and what is wrong with it in words."""


def _understood(request: Resource, known: Mapping[str, Resource]) -> _Found:
    for path in modifiers.unknown(request):
        yield "extension", path, "this may change the meaning of the rest, and is not understood"


def _active(request: Resource, known: Mapping[str, Resource]) -> _Found:
    if request.get("status") != "active":
        yield "business-rule", f"{ROOT}.status", "only an active request is answered"


def _purposes(request: Resource, known: Mapping[str, Resource]) -> _Found:
    if "purpose" not in request:
        yield "required", f"{ROOT}.purpose", "what the request is for is not said"
    for place, one in enumerate(request.get("purpose", ())):
        if one is None:
            yield "required", f"{ROOT}.purpose[{place}]", "what the request is for is not said"
        if one == "discovery":
            yield "not-supported", f"{ROOT}.purpose[{place}]", "further coverages of a patient are not looked for"


def _serviced(request: Resource, known: Mapping[str, Resource]) -> _Found:
    stated = request.get("servicedPeriod", {})
    silent = not (request.get("servicedDate") or stated.get("start") or stated.get("end"))
    if silent and not request.keys().isdisjoint(("_servicedDate", "servicedPeriod")):
        yield "required", f"{ROOT}.serviced", "no day is said"


def _provided(request: Resource, known: Mapping[str, Resource]) -> _Found:
    provider = coverage.reference(request.get("provider", {}))
    if "provider" in request and provider not in known:
        yield "not-found", f"{ROOT}.provider", "the provider is not on this server"


def _covered(request: Resource, known: Mapping[str, Resource]) -> _Found:
    insurances = focal(request)
    if len(insurances) != 1:
        yield "business-rule", f"{ROOT}.insurance", "exactly one insurance is the one that is asked"
        return
    covered = known.get(coverage.reference(insurances[0]["coverage"]), {})
    if covered.get("resourceType") != "Coverage":
        yield "not-found", f"{ROOT}.insurance.coverage", "the coverage is not on this server"
        return
    if not coverage.same(request["patient"], covered["beneficiary"]):
        yield "business-rule", f"{ROOT}.patient", "the coverage is of another patient, or of none that is named"
    if not coverage.same(request["insurer"], covered["payor"][0]):
        yield "business-rule", f"{ROOT}.insurer", "the insurer is not the payor of the coverage, or none is named"


def _items(request: Resource, known: Mapping[str, Resource]) -> _Found:
    for place, item in enumerate(request.get("item", ())):
        path = f"{ROOT}.item[{place}]"
        if "provider" in item and not coverage.same(item["provider"], request.get("provider", {})):
            yield "not-supported", f"{path}.provider", "the network of another provider than the request's is not told"
        if len({*vocabulary.codes(item.get("category", {}), vocabulary.SERVICE_TYPE)}) > 1:
            yield "not-supported", f"{path}.category", "an item is of one service type code"


_CHECKS: Sequence[Callable[[Resource, Mapping[str, Resource]], _Found]] = (
    _understood,
    _active,
    _purposes,
    _serviced,
    _provided,
    _covered,
    _items,
)
