"""The load journal: a Basic for each unit, created in the same transaction as the unit, so that none is loaded twice.

Source: http://hl7.org/fhir/R4/basic.html
"""

from __future__ import annotations

from server.commands.load_units import Unit
from server.fhir.resource import Resource

SYSTEM = "urn:almoner:load-journal"
LOADED = "loaded"
"""The unit is stored."""
DIVIDED = "divided"
"""The unit could not be stored as one; each half has its own record."""


def name(unit: Unit) -> str:
    """The id of the unit's record; the same content gives the same id wherever it is read from."""
    return f"load-{unit.key}{'' if unit.key.endswith('.') else '-'}{unit.first}-{unit.count}"


def entry(unit: Unit, state: str) -> Resource:
    """The Bundle entry that records a state, and fails the Bundle with 412 when the unit has a record."""
    id_ = name(unit)
    record = {
        "resourceType": "Basic",
        "id": id_,
        "identifier": [{"system": SYSTEM, "value": id_}],
        "code": {"coding": [{"system": SYSTEM, "code": state}]},
    }
    return {"resource": record, "request": {"method": "PUT", "url": f"Basic/{id_}", "ifNoneMatch": "*"}}


def bundle(unit: Unit) -> Resource:
    """The transaction that stores the unit and its record; the record comes last, so entries keep their places."""
    entries = [one for _, one in unit.entries]
    return {"resourceType": "Bundle", "type": "transaction", "entry": [*entries, entry(unit, LOADED)]}


def division(unit: Unit) -> Resource:
    """The transaction that records that the unit's halves are loaded one by one."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry(unit, DIVIDED)]}


def state(record: Resource) -> str:
    """What a record says."""
    return str(record["code"]["coding"][0]["code"])
