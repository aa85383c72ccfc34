"""What must hold of a CoverageEligibilityRequest for it to be answered.

Source: http://hl7.org/fhir/R4/coverageeligibilityrequest.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Given:
    """A request, what the server has of what it refers to, and the records of its patient."""

    request: Resource
    known: Mapping[str, Resource]
    people: frozenset[str]


def issues(request: Resource, known: Mapping[str, Resource], people: frozenset[str]) -> tuple[Issue, ...]:
    """Every reason why a request cannot be answered; `known` is what the server has of what it refers to, `people` are
    the records of its patient.
    """
    found = (one for check in _CHECKS for one in check(Given(request, known, people)))
    return tuple(Issue("error", code, text, path) for code, path, text in found)


_Found: TypeAlias = Iterator[tuple[str, str, str]]
"""What checks find: an IssueType, the FHIRPath of the element, and what is wrong with it in words."""


def _understood(given: Given) -> _Found:
    for path in modifiers.unknown(given.request):
        yield "extension", path, "this may change the meaning of the rest, and is not understood"


def _active(given: Given) -> _Found:
    if given.request.get("status") != "active":
        yield "business-rule", f"{ROOT}.status", "only an active request is answered"


def _purposes(given: Given) -> _Found:
    if "purpose" not in given.request:
        yield "required", f"{ROOT}.purpose", "what the request is for is not said"
    for place, one in enumerate(given.request.get("purpose", ())):
        if one is None:
            yield "required", f"{ROOT}.purpose[{place}]", "what the request is for is not said"
        if one == "discovery":
            yield "not-supported", f"{ROOT}.purpose[{place}]", "further coverages of a patient are not looked for"


def _serviced(given: Given) -> _Found:
    stated = given.request.get("servicedPeriod", {})
    silent = not (given.request.get("servicedDate") or stated.get("start") or stated.get("end"))
    if silent and not given.request.keys().isdisjoint(("_servicedDate", "servicedPeriod")):
        yield "required", f"{ROOT}.serviced", "no day is said"


def _provided(given: Given) -> _Found:
    provider = coverage.reference(given.request.get("provider", {}))
    if "provider" in given.request and provider not in given.known:
        yield "not-found", f"{ROOT}.provider", "the provider is not on this server"


def _covered(given: Given) -> _Found:
    insurances = focal(given.request)
    if len(insurances) != 1:
        yield "business-rule", f"{ROOT}.insurance", "exactly one insurance is the one that is asked"
        return
    covered = given.known.get(coverage.reference(insurances[0]["coverage"]), {})
    if covered.get("resourceType") != "Coverage":
        yield "not-found", f"{ROOT}.insurance.coverage", "the coverage is not on this server"
        return
    for path in modifiers.unknown(covered):
        text = f"{path} may change the meaning of the rest, and is not understood"
        yield "extension", f"{ROOT}.insurance.coverage", text
    if not coverage.named(covered["beneficiary"]) or coverage.reference(covered["beneficiary"]) not in given.people:
        yield "business-rule", f"{ROOT}.patient", "the coverage is of another patient, or of none that is named"
    if not coverage.same(given.request["insurer"], covered["payor"][0]):
        yield "business-rule", f"{ROOT}.insurer", "the insurer is not the payor of the coverage, or none is named"


def _items(given: Given) -> _Found:
    for place, item in enumerate(given.request.get("item", ())):
        path = f"{ROOT}.item[{place}]"
        if "provider" in item and not coverage.same(item["provider"], given.request.get("provider", {})):
            yield "not-supported", f"{path}.provider", "the network of another provider than the request's is not told"
        if len({*vocabulary.codes(item.get("category", {}), vocabulary.SERVICE_TYPE)}) > 1:
            yield "not-supported", f"{path}.category", "an item is of one service type code"


_CHECKS: Sequence[Callable[[Given], _Found]] = (
    _understood,
    _active,
    _purposes,
    _serviced,
    _provided,
    _covered,
    _items,
)
