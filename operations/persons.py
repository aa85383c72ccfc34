"""Which Patients are one person: those that link to one another, as records that were merged do.

Source: http://hl7.org/fhir/R4/patient.html#linking
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from operations import records
from operations.billing import coverage
from operations.plans import Payer
from operations.records import Record
from server.fhir import resource
from server.fhir.resource import Resource
from server.search.compiler import Criteria
from server.search.condition import All, Any, Condition, Not
from server.search.values import escape
from server.storage.store import Version


@dataclass(frozen=True, slots=True)
class Person:
    """A person as it was read, by the relative references of its Patients: they are all that it is while `current` are
    the current versions of those stored, and nothing meets `absent`.
    """

    names: frozenset[str]
    current: Sequence[Version] = ()
    absent: Sequence[Condition] = ()

    @property
    def search(self) -> str:
        """The Patients as a search value; empty without any that is named literally."""
        return _any(_literal(self.names))


async def read(payer: Payer, patient: str) -> Person:
    """The person that a Patient is, with all that link to it or that it links to, what comes along among them."""
    names, ahead = frozenset[str](), frozenset((patient,))
    known: dict[str, Record] = {}
    while ahead:
        names |= ahead
        found = await _records(payer, ahead)
        known.update({f"Patient/{one.row.id}": one for one in found})
        ahead = frozenset(_linked(names, [*(one.resource for one in found), *payer.along])) - names
    versions = [one.version for key, one in known.items() if key in names]
    return Person(names, versions, [_others(payer, names, known)] if _literal(names) else [])


async def _records(payer: Payer, names: Iterable[str]) -> list[Record]:
    """What the server has of some Patients, and of those that link to them."""
    literal = _literal(names)
    if not literal:
        return []
    themselves = await records.by_reference(payer.engine, literal)
    return [*themselves.values(), *await records.found(payer.engine, payer.call, "Patient", _links(literal))]


def _linked(names: frozenset[str], known: Iterable[Resource]) -> Iterable[str]:
    """What the Patients of these names link to, and those that link to them, among the known ones."""
    for one in known:
        others = {coverage.reference(link["other"]) for link in one.get("link", ())}
        if one["resourceType"] == "Patient" and names & {resource.key(one), *others}:
            yield resource.key(one)
            yield from _literal(others)


def _others(payer: Payer, names: frozenset[str], known: Mapping[str, Record]) -> Condition:
    """Patients that link to these, once there are others than the known ones."""
    criteria = Criteria(payer.engine.definitions, "Patient", payer.call.request.now)
    ids = [criteria.condition([("_id", one.row.id)]) for one in known.values()]
    return All((criteria.condition(_links(_literal(names))), Not(Any(tuple(ids)))))


def _links(literal: Sequence[str]) -> list[tuple[str, str]]:
    return [("link", _any(literal))]


def _any(literal: Sequence[str]) -> str:
    return ",".join(map(escape, literal))


def _literal(names: Iterable[str]) -> list[str]:
    """The relative references to Patients."""
    return sorted(one for one in names if one.startswith("Patient/") and one.count("/") == 1)
