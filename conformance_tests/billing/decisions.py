"""Decided claims: of the small practice, and of any charges that Hypothesis draws."""

from __future__ import annotations

from collections.abc import Sequence

from conformance_tests.billing import resources
from operations.billing import accumulators, benefits, charges, fees, money, places, vocabulary
from operations.billing.accumulators import Accumulators
from operations.billing.adjudication import adjudicate
from operations.billing.charges import Charge
from operations.billing.decision import Decision
from operations.billing.plan import IN_NETWORK, Terms
from operations.billing.vocabulary import concept
from server.fhir.resource import Json, Resource

PLAN = benefits.read(resources.PLAN)
SCHEDULE = fees.read(resources.SCHEDULE, resources.FEES, "USD")
DAY = resources.TODAY
NPI = "1234567893"
PLACE = places.of_patient("Patient/ann", 1)


def decide(
    claim: Resource, network: str = IN_NETWORK, used: Accumulators | None = None, covered: Resource | None = None
) -> Decision:
    """The decision on a claim of the small practice."""
    cover = covered or resources.COVERAGE
    terms = Terms(PLAN, network)
    judged = adjudicate(charges.of_claim(claim, SCHEDULE), terms, used or accumulators.opening(PLAN, DAY))
    days = "2026-03-10T09:00:00Z", "2026-03-12"
    return Decision(claim, cover, judged, "response", "explanation", *days, PLACE, NPI)


def of_charges(listed: Sequence[Charge], terms: Terms, used: Accumulators) -> Decision:
    """The decision on a claim with these charges."""
    items = [
        {
            "sequence": one.sequence,
            "productOrService": concept(vocabulary.HCPCS, "S9083"),
            "servicedDate": one.day.isoformat(),
            "quantity": {"value": one.quantity},
            "net": money.element(one.submitted),
        }
        for one in listed
    ]
    claim = {**resources.CLAIM, "item": items}
    judged = adjudicate(listed, terms, used)
    days = "2026-03-10", "2026-03-12"
    return Decision(claim, resources.COVERAGE, judged, "response", "explanation", *days, PLACE, NPI)


def claim(*items: Json, **changes: Json) -> Resource:
    """The claim of the small practice with other lines."""
    return {**resources.CLAIM, **({"item": list(items)} if items else {}), **changes}
