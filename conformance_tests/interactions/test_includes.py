"""What a search includes beside its matches: http://hl7.org/fhir/R4/search.html#include."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.interactions.test_chains import RESOURCES
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio


async def put_all(server: Service, resources: list[Resource]) -> None:
    for start in range(0, len(resources), 500):
        entries = [
            {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
            for one in resources[start : start + 500]
        ]
        answer = await server.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
        assert answer.status_code == 200, answer.text


def _modes(found: Resource) -> dict[str, str]:
    return {one["resource"].get("id", ""): one["search"]["mode"] for one in found.get("entry", ())}


INCLUDED = [
    ("Observation?_id=o1&_include=Observation:subject", "anna"),
    ("Observation?_id=o1&_include=Observation:patient", "anna"),
    ("Observation?_id=o5&_include=Observation:subject:Group", "g"),
    ("Observation?_id=o5&_include=Observation:subject:Patient", ""),
    ("Observation?_id=o5&_include=Observation:subject&_include:iterate=Group:member", "g ben"),
    ("Observation?_id=o5&_include=Observation:subject&_include=Observation:encounter", "g"),
    ("Observation?_id=o4&_include=Observation:subject", ""),
    ("Observation?_id=o2&_include=*", "ben o1"),
    ("Observation?_id=o2&_include=Observation:*", "ben o1"),
    ("Observation?_id=o2&_include:iterate=*", "ben o1 anna branch willow juniper"),
    ("Observation?_id=o1,o2&_include=Observation:has-member", ""),
    ("Patient?_id=anna&_include=Patient:organization", "branch"),
    ("Patient?_id=anna&_include=Patient:organization&_include:iterate=Organization:partof", "branch willow"),
    ("Patient?_id=anna&_revinclude=Observation:subject", "o1"),
    ("Patient?_id=anna&_revinclude=Observation:subject&_revinclude=Encounter:patient", "o1 e"),
    ("Patient?_id=anna&_revinclude=Observation:patient&_revinclude:iterate=Observation:has-member", "o1 o2"),
    ("Patient?_id=ben&_revinclude=*", "o2 o3 g"),
    ("Patient?_id=ben&_revinclude=Observation:*", "o2 o3"),
    ("Patient?_id=cleo&_revinclude=*", ""),
    ("Organization?_id=willow&_revinclude=Organization:partof&_revinclude:iterate=Patient:organization", "branch anna"),
]


@pytest.mark.parametrize(("query", "included"), INCLUDED, ids=[query for query, _ in INCLUDED])
async def test_a_search_includes(server: Service, query: str, included: str) -> None:
    await put_all(server, RESOURCES)
    found = _modes(body(await server.get(query)))
    assert {one for one, mode in found.items() if mode == "include"} == {*included.split()}
    (matched,) = (one.partition("=")[2] for one in query.partition("?")[2].split("&") if one.startswith("_id="))
    assert {one for one, mode in found.items() if mode == "match"} == {*matched.split(",")}


async def test_each_page_includes_what_belongs_to_it(server: Service) -> None:
    await put_all(server, RESOURCES)
    found = body(await server.get("Observation?code=8480-6&_include=Observation:subject&_count=2"))
    assert _modes(found) == {"o5": "match", "o4": "match", "g": "include"}
    following = body(await server.get(next(one["url"] for one in found["link"] if one["relation"] == "next")))
    assert _modes(following) == {"o2": "match", "o1": "match", "ben": "include", "anna": "include"}


async def test_what_is_included_without_room_for_it_is_said_to_be_cut(server: Service) -> None:
    many = [{"resourceType": "Basic", "id": f"b{number}", "code": {"text": "x"}} for number in range(1_100)]
    for one in many:
        one["subject"] = {"reference": "Patient/anna"}
    await put_all(server, [*RESOURCES, *many])
    found = body(await server.get("Patient?_id=anna&_revinclude=Basic:patient"))
    assert [one["search"]["mode"] for one in found["entry"]].count("include") == 1_000
    (told,) = (one["resource"] for one in found["entry"] if one["search"]["mode"] == "outcome")
    assert (told["resourceType"], told["issue"][0]["code"]) == ("OperationOutcome", "incomplete")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Observation?_include=Observation", "invalid"),
        ("Observation?_include=subject", "invalid"),
        ("Observation?_include=Patient:organization", "invalid"),
        ("Observation?_include=Observation:nothing", "not-supported"),
        ("Observation?_include=Observation:code", "not-supported"),
        ("Observation?_include=Observation:subject:Nothing", "invalid"),
        ("Patient?_revinclude=Observation:subject:Group", "invalid"),
        ("Patient?_revinclude=Nothing:subject", "invalid"),
        ("Patient?_include:nothing=Patient:organization", "not-supported"),
    ],
)
async def test_an_include_that_leads_nowhere_is_refused(server: Service, query: str, code: str) -> None:
    answer = await server.get(query)
    assert (answer.status_code, issues(answer)[0][1]) == (400, code)


async def test_parts_are_asked_of_what_is_included_by_the_summary_alone(server: Service) -> None:
    await put_all(server, RESOURCES)
    for asked, cut in (("_elements=code", False), ("_summary=true", True)):
        found = body(await server.get(f"Observation?_id=o1&_include=Observation:subject&{asked}"))
        by_id = {one["resource"]["id"]: one["resource"] for one in found["entry"]}
        assert "subject" not in by_id["o1"] or cut
        assert ("tag" in by_id["anna"]["meta"]) is cut
