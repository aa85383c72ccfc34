"""Chained searches, forward and back: http://hl7.org/fhir/R4/search.html#chaining."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from server.fhir.resource import Json, Resource

pytestmark = pytest.mark.anyio

LOINC = "http://loinc.org"


def _to(reference: str) -> Json:
    return {"reference": reference}


def _observation(id_: str, subject: str, code: str, **elements: Json) -> Resource:
    coded = {"coding": [{"system": LOINC, "code": code}]}
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": coded,
        "subject": _to(subject),
        **elements,
    }


RESOURCES: list[Resource] = [
    {"resourceType": "Organization", "id": "willow", "name": "Willow"},
    {"resourceType": "Organization", "id": "branch", "name": "Branch", "partOf": _to("Organization/willow")},
    {"resourceType": "Practitioner", "id": "juniper", "name": [{"family": "Ashgrove"}]},
    {
        "resourceType": "Patient",
        "id": "anna",
        "name": [{"family": "Rivera"}],
        "birthDate": "1980-03-04",
        "managingOrganization": _to("Organization/branch"),
        "generalPractitioner": [_to("Practitioner/juniper")],
    },
    {"resourceType": "Patient", "id": "ben", "name": [{"family": "Rios"}], "birthDate": "1990-01-01"},
    {"resourceType": "Patient", "id": "cleo", "name": [{"family": "Stone"}]},
    {"resourceType": "Group", "id": "g", "type": "person", "actual": True, "member": [{"entity": _to("Patient/ben")}]},
    _observation("o1", "Patient/anna", "8480-6"),
    _observation("o2", "Patient/ben", "8480-6", hasMember=[_to("Observation/o1")]),
    _observation("o3", "Patient/ben", "2339-0"),
    _observation("o4", "Patient/nobody", "8480-6"),
    _observation("o5", "Group/g", "8480-6"),
    {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": _to("Patient/anna"),
    },
]


async def _stored(server: Service) -> None:
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
        for one in RESOURCES
    ]
    answer = await server.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status_code == 200, answer.text


FOUND = [
    ("Observation?subject:Patient.name=riv", "o1"),
    ("Observation?subject:Patient.name=ri", "o3 o2 o1"),
    ("Observation?patient.name=ri", "o3 o2 o1"),
    ("Observation?subject.name=ri", "o3 o2 o1"),
    ("Observation?subject:Patient.birthdate=ge1985", "o3 o2"),
    ("Observation?subject:Patient._id=ben&code=8480-6", "o2"),
    ("Observation?subject:Group.type=person", "o5"),
    ("Observation?subject:Group.member=Patient/ben", "o5"),
    ("Observation?subject:Group.member:Patient.name=rios", "o5"),
    ("Observation?subject:Patient.organization.name=branch", "o1"),
    ("Observation?subject:Patient.organization.partof.name=willow", "o1"),
    ("Observation?subject:Patient.organization.partof.name=branch", ""),
    ("Observation?subject:Patient.general-practitioner:Practitioner.family=ashgrove", "o1"),
    ("Observation?subject:Patient.birthdate:missing=true", ""),
    ("Observation?has-member:Observation.subject:Patient.name=rivera", "o2"),
    ("Observation?subject:Patient.name=ri,stone", "o3 o2 o1"),
    ("Observation?subject:Patient.name=riv&subject:Patient.birthdate=1980", "o1"),
    ("Observation?subject:Patient.name=riv&subject:Patient.birthdate=1990", ""),
    ("Observation?subject:Patient.name:exact=Rios&code:not=2339-0", "o2"),
    ("Patient?_has:Observation:patient:code=8480-6", "ben anna"),
    ("Patient?_has:Observation:patient:code=2339-0", "ben"),
    ("Patient?_has:Observation:subject:code=2339-0&name=riv", ""),
    ("Patient?_has:Observation:patient:_id=o1", "anna"),
    ("Patient?_has:Observation:patient:_has:Observation:has-member:code=8480-6", "anna"),
    ("Patient?_has:Group:member:type=person", "ben"),
    ("Patient?_has:Encounter:patient:status=finished&_has:Observation:patient:code=8480-6", "anna"),
    ("Observation?subject:Patient._has:Group:member:type=person", "o3 o2"),
    ("Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:code=8480-6", "juniper"),
    ("Organization?_has:Patient:organization:name=rivera", "branch"),
    ("Organization?_has:Organization:partof:_has:Patient:organization:name=rivera", "willow"),
    ("Practitioner?_has:Patient:general-practitioner:organization.name=branch", "juniper"),
]


@pytest.mark.parametrize(("query", "found"), FOUND, ids=[query for query, _ in FOUND])
async def test_a_chain_finds(server: Service, query: str, found: str) -> None:
    await _stored(server)
    answer = body(await server.get(query))
    assert [one["resource"]["id"] for one in answer.get("entry", ())] == found.split()
    counted = body(await server.get(f"{query}&_count=0"))
    assert counted["total"] == len(found.split())


async def test_a_chain_leads_to_what_is_there_now(server: Service) -> None:
    await _stored(server)
    assert await server.found("Observation?subject:Patient.name=nobody") == []
    await server.put("Patient/nobody", {"resourceType": "Patient", "id": "nobody", "name": [{"family": "Nobody"}]})
    assert await server.found("Observation?subject:Patient.name=nobody") == ["o4"]
    await server.put("Patient/nobody", {"resourceType": "Patient", "id": "nobody", "name": [{"family": "Somebody"}]})
    assert await server.found("Observation?subject:Patient.name=nobody") == []
    await server.delete("Patient/anna")
    assert await server.found("Observation?subject:Patient.name=rivera") == []
    await server.delete("Observation/o3")
    assert await server.found("Patient?_has:Observation:patient:code=2339-0") == []


async def test_a_chain_over_very_many_is_answered_in_pages(server: Service) -> None:
    for start in range(0, 1_200, 400):
        entries = [
            {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
            for number in range(start, start + 400)
            for one in (
                {"resourceType": "Patient", "id": f"p{number}", "active": True},
                _observation(f"o{number}", f"Patient/p{number}", "1" if number % 100 else "2"),
            )
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        assert (await server.post("", bundle)).status_code == 200
    assert len(await server.found("Observation?subject:Patient.active=true&_count=500")) == 1_200
    expected = [f"o{number}" for number in range(1_100, -1, -100)]
    assert await server.found("Observation?subject:Patient.active=true&code=2") == expected
    assert len(await server.found("Patient?_has:Observation:patient:code=1&_count=700")) == 1_188
    assert len(await server.found("Patient?_has:Observation:patient:code=2&active=true")) == 12


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Observation?subject:Claim.use=claim", "not-supported"),
        ("Observation?subject.nothing=x", "not-supported"),
        ("Observation?code.text=x", "not-supported"),
        ("Observation?nothing.name=x", "not-supported"),
        ("Observation?subject:Patient.=x", "not-supported"),
        ("Patient?_has:Observation:patient=x", "invalid"),
        ("Patient?_has:Nothing:patient:code=x", "invalid"),
        ("Patient?_has:Observation:nothing:code=x", "not-supported"),
        ("Patient?_has:Observation:encounter:code=x", "not-supported"),
        ("Patient?_has:Observation:patient:nothing=x", "not-supported"),
        (f"Observation?{'has-member:Observation.' * 20}code=1", "too-costly"),
    ],
)
async def test_a_chain_that_leads_nowhere_is_refused(server: Service, query: str, code: str) -> None:
    answer = await server.get(query)
    assert (answer.status_code, {one for _, one, _ in issues(answer)}) == (400, {code})


async def test_a_condition_on_a_write_follows_no_links(server: Service) -> None:
    answer = await server.post("Patient", {"resourceType": "Patient"}, if_none_exist="organization.name=x")
    assert (answer.status_code, issues(answer)[0][1]) == (400, "not-supported")


async def test_a_chain_of_eight_links_is_answered(server: Service) -> None:
    await put_chain(server, 9)
    names = "has-member:Observation." * 8
    assert await server.found(f"Observation?{names}code=last") == ["n0"]
    assert await server.found(f"Observation?{'_has:Observation:has-member:' * 8}code=first") == ["n8"]


async def test_a_chain_of_many_links_to_many_types_is_answered_or_said_to_cost_too_much(server: Service) -> None:
    for links in range(1, 9):
        answer = await server.get(f"Observation?{'derived-from.' * (links - 1)}subject.identifier:not=a,b&code:not=x")
        assert answer.status_code == 200 or issues(answer)[0][1] == "too-costly"


async def put_chain(server: Service, length: int) -> None:
    """Observations that have one another for members, from the first to the last."""
    names = {0: "first", length - 1: "last"}
    for number in range(length):
        member = {"hasMember": [_to(f"Observation/n{number + 1}")]} if number < length - 1 else {}
        one = _observation(f"n{number}", "Patient/anna", names.get(number, "between"), **member)
        assert (await server.put(f"Observation/n{number}", one)).status_code == 201
