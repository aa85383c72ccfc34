"""Rules on what was billed before, in earlier claims or in this one.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from operations.billing import charges, coverage, days, vocabulary
from operations.billing.case import Case
from operations.billing.days import Days
from operations.billing.fees import PROCEDURES
from operations.billing.money import Money
from operations.billing.rules.rule import Finding, Rule
from server.fhir.resource import Json, Resource

Service: TypeAlias = tuple[str, Days | None, str, tuple[str, ...], Decimal, Money | None]


def _duplicate(case: Case) -> Iterable[Finding]:
    """A line is a duplicate when provider, days, code, modifiers, quantity and charge are those of a posted line."""
    billed = {_service(claim, item) for claim in case.earlier if claim["status"] == "active" for item in claim["item"]}
    for path, item in case.lines:
        if days.serviced(item) is not None and _service(case.claim, item) in billed:
            yield path, "this service has been billed before"


def _repeated(case: Case) -> Iterable[Finding]:
    """Two lines of a claim differ, if only by a modifier that says the service was given again."""
    known: set[Service] = set()
    for path, item in case.lines:
        service = _service(case.claim, item)
        if service in known:
            yield path, "this service is on the claim twice; a modifier says when it was given again"
        known.add(service)


def _service(claim: Resource, item: Json) -> Service:
    return (
        coverage.reference(claim["provider"]),
        days.serviced(item),
        vocabulary.code(item["productOrService"], *PROCEDURES),
        tuple(sorted(vocabulary.code(one, *PROCEDURES) for one in item.get("modifier", ()))),
        charges.quantity(item),
        charges.known(item, ""),
    )


RULES = (
    Rule("duplicate", "duplicate", _duplicate),
    Rule("line-repeated", "duplicate", _repeated),
)
