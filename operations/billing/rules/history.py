"""Rules on what was billed before.

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


def _service(claim: Resource, item: Json) -> Service:
    return (
        coverage.reference(claim["provider"]),
        days.serviced(item),
        vocabulary.code(item["productOrService"], *PROCEDURES),
        tuple(sorted(vocabulary.code(one, *PROCEDURES) for one in item.get("modifier", ()))),
        Decimal(item.get("quantity", {}).get("value", 1)),
        charges.known(item, ""),
    )


RULES = (Rule("duplicate", "duplicate", _duplicate),)
