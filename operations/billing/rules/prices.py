"""Rules on what the payer allows: of each service, one price that can be used as it stands, or none.

Source: http://hl7.org/fhir/R4/chargeitemdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from operations.billing.case import Case
from operations.billing.fees import Fee
from operations.billing.rules.rule import Finding, Rule


def _one(case: Case) -> Iterable[Finding]:
    for path, found in _fees(case):
        if len(found) > 1:
            yield f"{path}.productOrService", f"{len(found)} rows of the fee schedule price the service on its day"


def _usable(case: Case) -> Iterable[Finding]:
    for path, found in _fees(case):
        unusable = [one for one in found if one.price is None]
        if unusable:
            text = f"the fee of the service is not one unconditional base price in {unusable[0].currency}"
            yield f"{path}.productOrService", f"{text}, or not understood: {unusable[0].fault}"


def _fees(case: Case) -> Iterator[tuple[str, Sequence[Fee]]]:
    """Each line that says when, by its FHIRPath, with what the fee schedule says of it."""
    dated = dict(case.dated)
    for path, item in case.lines:
        if case.schedule is not None and path in dated:
            yield path, case.schedule.fees(item, dated[path].first)


RULES = (
    Rule("fee-one", "business-rule", _one, each="item"),
    Rule("fee-usable", "not-supported", _usable, each="item"),
)
