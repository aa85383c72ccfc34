"""Which Patients are one person: those that link to one another, as records that were merged do.

Source: http://hl7.org/fhir/R4/patient.html#linking
"""

from __future__ import annotations

from collections.abc import Iterable

from operations import records
from operations.billing import coverage
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.search.values import escape


async def same(engine: Engine, call: Call, patient: str) -> frozenset[str]:
    """The relative references of all Patients that are the same person as a patient, that one among them."""
    known, ahead = frozenset[str](), frozenset((patient,))
    while ahead:
        known |= ahead
        ahead = (await _linked(engine, call, ahead)) - known
    return known


async def _linked(engine: Engine, call: Call, patients: Iterable[str]) -> frozenset[str]:
    """What some Patients link to, and what links to them."""
    literal = sorted(one for one in patients if one.startswith("Patient/"))
    if not literal:
        return frozenset()
    themselves = (one.resource for one in (await records.by_reference(engine, literal)).values())
    found = await records.found(engine, call, "Patient", [("link", ",".join(map(escape, literal)))])
    others = (coverage.reference(link["other"]) for one in themselves for link in one.get("link", ()))
    return frozenset(
        (*(one for one in others if one.startswith("Patient/")), *(f"Patient/{one.row.id}" for one in found))
    )
