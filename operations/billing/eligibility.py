"""Eligibility: what a plan pays for on a day, and what the member pays, as a CoverageEligibilityResponse.

Source: http://hl7.org/fhir/R4/coverageeligibilityresponse.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from operations.billing import coverage, money, vocabulary, yearly
from operations.billing.accumulators import Accumulators
from operations.billing.days import Days
from operations.billing.plan import IN_NETWORK, NETWORKS, Cost, Plan, Service
from server.fhir import resource as resources
from server.fhir.resource import Json, Resource

DETAILED = {"benefits", "auth-requirements"}
"""The purposes for which the benefits are listed; the others ask only whether cover is in force."""

ERRORS: Mapping[str, str] = {
    "plan-unknown": "The plan that the coverage is of is not known, so its benefits cannot be told.",
    "category-unknown": "A service is asked for by no service type code, so it is left out.",
    "details-unused": "Benefits are told by service category alone; what else is said of a service is left out.",
}
"""Code of our system to what is said of it."""

DETAILS = {
    "productOrService",
    "modifier",
    "quantity",
    "unitPrice",
    "facility",
    "diagnosis",
    "detail",
    "supportingInfo",
    "supportingInfoSequence",
    "businessArrangement",
}
"""What a request, its insurance or an item may say beside the category, and no benefit is told by."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of a coverage, and all that answers it.

    `request` is a CoverageEligibilityRequest that has an id and none of the faults that `asked` finds, `period` the
    days it asks about, on all of which the coverage must be in force; the benefits are those of the first. `plan` and
    `used` are None where no plan is known; `network` is the one the provider is in, empty when none is named: then the
    benefits of both are told.
    """

    request: Resource
    coverage: Resource
    period: Days
    plan: Plan | None = None
    used: Accumulators | None = None
    network: str = ""


def respond(inquiry: Inquiry, id: str, created: str) -> Resource:
    """The CoverageEligibilityResponse; `created` is a FHIR dateTime."""
    in_force = coverage.term(inquiry.coverage).contains(inquiry.period)
    errors = list(_errors(inquiry)) if in_force else []
    asker = inquiry.request.get("provider")
    return {
        "resourceType": "CoverageEligibilityResponse",
        "id": id,
        "status": "active",
        "purpose": inquiry.request["purpose"],
        "patient": inquiry.request["patient"],
        **_serviced(inquiry.period),
        "created": created,
        **({"requestor": asker} if asker else {}),
        "request": {"reference": resources.key(inquiry.request)},
        "outcome": _outcome(inquiry, errors),
        "disposition": _disposition(inquiry.period, in_force, errors),
        "insurer": inquiry.request["insurer"],
        "insurance": [_insurance(inquiry, in_force)],
        **({"error": [_error(code) for code in errors]} if errors else {}),
    }


def request(
    coverage: Resource, day: date, id: str, created: str, codes: Sequence[str] = (), provider: Json = None
) -> Resource:
    """The CoverageEligibilityRequest that asks a coverage for some service categories, for all of them without any."""
    items = [{"category": vocabulary.concept(vocabulary.SERVICE_TYPE, code)} for code in codes]
    return {
        "resourceType": "CoverageEligibilityRequest",
        "id": id,
        "status": "active",
        "purpose": ["validation", "benefits", "auth-requirements"],
        "patient": coverage["beneficiary"],
        "servicedDate": day.isoformat(),
        "created": created,
        **({"provider": provider} if provider else {}),
        "insurer": coverage["payor"][0],
        "insurance": [{"focal": True, "coverage": {"reference": resources.key(coverage)}}],
        **({"item": items} if items else {}),
    }


def requested(request: Resource) -> tuple[str, ...]:
    """The service categories that a request asks for, empty for one it does not state; none at all: the whole plan."""
    return tuple(vocabulary.code(one.get("category", {}), vocabulary.SERVICE_TYPE) for one in request.get("item", ()))


def _errors(inquiry: Inquiry) -> Iterator[str]:
    if inquiry.plan is None:
        yield "plan-unknown"
        return
    if "" in requested(inquiry.request):
        yield "category-unknown"
    if _detailed(inquiry) and _particular(inquiry.request):
        yield "details-unused"


def _detailed(inquiry: Inquiry) -> bool:
    """Whether the benefits are to be listed."""
    return not DETAILED.isdisjoint(inquiry.request["purpose"])


def _particular(request: Resource) -> bool:
    """Whether a request says more than the answer is told by; of an item without a category all is left out."""
    told = [item for item, code in zip(request.get("item", ()), requested(request), strict=True) if code]
    return any(not DETAILS.isdisjoint(one) for one in (request, *request["insurance"], *told))


def _error(code: str) -> Resource:
    return {"code": {**vocabulary.concept(vocabulary.ELIGIBILITY_ERROR, code), "text": ERRORS[code]}}


def _outcome(inquiry: Inquiry, errors: Sequence[str]) -> str:
    if not errors:
        return "complete"
    return "error" if inquiry.plan is None else "partial"


def _serviced(period: Days) -> Resource:
    first, last = period.first.isoformat(), period.last.isoformat()
    return {"servicedDate": first} if first == last else {"servicedPeriod": {"start": first, "end": last}}


def _disposition(period: Days, in_force: bool, errors: Sequence[str]) -> str:
    said = "is in force" if in_force else "is not in force"
    when = f"on {period.first}" if period.first == period.last else f"on all days from {period.first} to {period.last}"
    return " ".join([f"The coverage {said} {when}.", *(ERRORS[code] for code in errors)])


def _insurance(inquiry: Inquiry, in_force: bool) -> Resource:
    found: Resource = {"coverage": {"reference": resources.key(inquiry.coverage)}, "inforce": in_force}
    plan, used = inquiry.plan, inquiry.used
    if not in_force or plan is None or used is None:
        return found
    items = [*_yearly(plan, used), *_services(inquiry, plan, used)] if _detailed(inquiry) else []
    return {**found, "benefitPeriod": yearly.period(used.year), **({"item": items} if items else {})}


def _yearly(plan: Plan, used: Accumulators) -> Iterator[Resource]:
    for unit, amounts in yearly.balances(plan, used).items():
        yield {**yearly.heading(unit), "benefit": [_remaining(one) for one in amounts]}


def _remaining(balance: yearly.Balance) -> Resource:
    remaining = {"url": vocabulary.BENEFIT_REMAINING, "valueMoney": money.element(balance.remaining)}
    return {"extension": [remaining], **yearly.figure(balance)}


def _services(inquiry: Inquiry, plan: Plan, used: Accumulators) -> Iterator[Resource]:
    asked = [code for code in dict.fromkeys(requested(inquiry.request)) if code]
    whole = not inquiry.request.get("item") or vocabulary.WHOLE_PLAN in asked
    for code in plan.services if whole else asked:
        for network in [inquiry.network] if inquiry.network else NETWORKS:
            yield _service(plan.service(code), network, used)


def _service(service: Service, network: str, used: Accumulators) -> Resource:
    cost = service.costs.get(network)
    found: Resource = {
        "category": vocabulary.concept(vocabulary.SERVICE_TYPE, service.category),
        "excluded": cost is None,
        "network": vocabulary.concept(vocabulary.BENEFIT_NETWORK, "in" if network == IN_NETWORK else "out"),
        "unit": vocabulary.concept(vocabulary.BENEFIT_UNIT, "individual"),
    }
    if cost is None:
        return found
    benefits = [*_costs(cost), *_visits(service, used)]
    return {**found, **({"benefit": benefits} if benefits else {}), "authorizationRequired": service.authorization}


def _costs(cost: Cost) -> Iterator[Resource]:
    if cost.after_deductible:
        yield {"type": yearly.TYPES["deductible"], "allowedString": "applies first"}
    if cost.copay is not None:
        yield {**_type("copay"), "allowedMoney": money.element(cost.copay)}
    if cost.coinsurance is not None:
        yield {**_type("copay-percent"), **_percent(cost.coinsurance)}


def _percent(percent: Decimal) -> Resource:
    whole = percent == percent.to_integral_value()
    return {"allowedUnsignedInt": int(percent)} if whole else {"allowedString": f"{percent.normalize():f}"}


def _visits(service: Service, used: Accumulators) -> Iterator[Resource]:
    if service.visits is not None:
        spent = len(used.visits.get(service.category, {}))
        yield {**_type("visit"), "allowedUnsignedInt": service.visits, "usedUnsignedInt": spent}


def _type(name: str) -> Resource:
    return {"type": vocabulary.concept(vocabulary.BENEFIT_TYPE, name)}
