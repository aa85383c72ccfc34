"""Rules on what was billed before, in earlier claims or in this one.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from operations.billing import coverage, days, vocabulary
from operations.billing.case import Case
from operations.billing.days import Days
from operations.billing.fees import PROCEDURES
from operations.billing.rules.rule import Finding, Rule
from server.fhir.resource import Json, Resource

Service: TypeAlias = tuple[str, Days | None, str, tuple[str, ...]]


def _duplicate(case: Case) -> Iterable[Finding]:
    """A line is a duplicate when days, code and modifiers are those of a posted line of the provider or encounter."""
    lines = [(claim, item) for claim in case.earlier if claim["status"] == "active" for item in claim["item"]]
    billed = {service for claim, item in lines for service in _services(claim, item)}
    for path, item in case.lines:
        if days.serviced(item) is not None and not billed.isdisjoint(_services(case.claim, item)):
            yield path, "this service has been billed before"


def _repeated(case: Case) -> Iterable[Finding]:
    """Two lines of a claim differ, if only by a modifier that says the service was given again."""
    known: set[Service] = set()
    for path, item in case.lines:
        service = _service(coverage.reference(case.claim["provider"]), item)
        if service in known:
            yield path, "this service is on the claim twice; a modifier says when it was given again"
        known.add(service)


def _services(claim: Resource, item: Json) -> set[Service]:
    """The service of a line, by who provided it and by the encounters it was part of."""
    by = [coverage.reference(one) for one in (claim["provider"], *item.get("encounter", ()))]
    return {_service(one, item) for one in by if one}


def _service(by: str, item: Json) -> Service:
    code = vocabulary.code(item["productOrService"], *PROCEDURES)
    return by, days.serviced(item), code, _modifiers(item)


def _modifiers(item: Json) -> tuple[str, ...]:
    return tuple(sorted(vocabulary.code(one, *PROCEDURES) for one in item.get("modifier", ())))


RULES = (
    Rule("duplicate", "duplicate", _duplicate),
    Rule("line-repeated", "duplicate", _repeated),
)
