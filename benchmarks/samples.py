"""What is sent and stored: resources of usual size, made by arithmetic, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from server.fhir import codec
from server.fhir.resource import Resource

PATIENTS = 200
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_FAMILIES = ("Rivera", "Okafor", "Lindqvist", "Haddad", "Nakamura", "Kowalska", "Mbeki", "Castellanos")


def patient(number: int) -> Resource:
    """A Patient of about 1 kB."""
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [
            {"system": "urn:oid:2.999.1", "value": f"MRN{number:07}"},
            {"system": "urn:oid:2.999.2", "value": f"{number:09}"},
        ],
        "name": [{"use": "official", "family": _FAMILIES[number % 8], "given": [f"Given{number}", "Middle"]}],
        "telecom": [{"system": "phone", "value": f"555-{number % 10_000:04}", "use": "home"}],
        "gender": ("female", "male")[number % 2],
        "birthDate": f"{1930 + number % 90}-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "address": [{"line": [f"{number} Example Road"], "city": "Springfield", "state": "MA", "postalCode": "01101"}],
        "managingOrganization": {"reference": "Organization/o1"},
        "active": True,
    }


def observation(number: int) -> Resource:
    """An Observation of about 1 kB, without an id."""
    day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}"
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [category]}],
        "code": {"coding": [{"system": LOINC, "code": f"8{number % 50:03}-{number % 9}"}], "text": "measured"},
        "subject": {"reference": f"Patient/p{number % PATIENTS}"},
        "encounter": {"reference": f"Encounter/e{number % 1000}"},
        "effectiveDateTime": f"{day}:00+00:00",
        "issued": f"{day}:01.500+00:00",
        "performer": [{"reference": f"Practitioner/d{number % 20}"}],
        "valueQuantity": {"value": number % 300, "unit": "mg/dL", "system": UCUM, "code": "mg/dL"},
        "note": [{"text": "Made by arithmetic, neither about nor from any person, and long enough to be usual."}],
    }


def transaction(first: int, size: int) -> bytes:
    """A transaction of so many creates."""
    entries = [
        {
            "fullUrl": f"urn:uuid:00000000-0000-4000-8000-{number:012x}",
            "resource": observation(number),
            "request": {"method": "POST", "url": "Observation"},
        }
        for number in range(first, first + size)
    ]
    return codec.encode({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def seed() -> Iterator[bytes]:
    """Transactions that store the patients and some thousand observations."""
    for start in range(0, PATIENTS, 100):
        entries = [
            {"resource": patient(number), "request": {"method": "PUT", "url": f"Patient/p{number}"}}
            for number in range(start, start + 100)
        ]
        yield codec.encode({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    yield from (transaction(start, 200) for start in range(0, 4000, 200))


def creates() -> Iterator[bytes]:
    """Observations as JSON, endlessly."""
    return (codec.encode(observation(number)) for number in count(10_000))
