"""Step 5: what was done, priced by the practice, from one DFT^P03."""

from __future__ import annotations

from server.fhir.resource import Resource
from server.tour import messages
from server.tour.guide import Lost
from server.tour.visit import Visit

LINES = (("T1015", "Office visit", "150.00"), ("G0306", "Blood count", "25.00"))


def run(visit: Visit) -> None:
    """Send the charges and find them on the account of the visit."""
    guide = visit.guide
    visit.door.send(guide, messages.charges(visit, LINES))
    found = guide.all(f"ChargeItem?context=Encounter/{visit.encounter['id']}")
    visit.charges = sorted(found, key=lambda one: str(one["identifier"][0]["value"]))
    if len(visit.charges) != len(LINES):
        raise Lost(f"{len(visit.charges)} charges came of {len(LINES)}")
    for one in visit.charges:
        guide.fact(_code(one), f"{one['priceOverride']['value']:.2f} {one['priceOverride']['currency']}")
        guide.changed(f"ChargeItem/{one['id']} version {one['meta']['versionId']}")


def _code(charge: Resource) -> str:
    return str(charge["code"]["coding"][0]["code"])
