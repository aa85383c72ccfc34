"""Parts of resources: http://hl7.org/fhir/R4/search.html#summary and #elements."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import BASE, Service, body, issues, link, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

TAG = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Rosa</div>'}
WHOLE = patient(
    id="a", text=TEXT, active=True, name=[{"family": "Rivera"}], maritalStatus={"text": "single"}, gender="female"
)
HEAD = {"resourceType", "id", "meta"}
KEPT = [
    ("_summary=true", HEAD | {"active", "name", "gender"}),
    ("_summary=text", HEAD | {"text"}),
    ("_summary=data", HEAD | {"active", "name", "gender", "maritalStatus"}),
    ("_elements=name", HEAD | {"name"}),
    ("_elements=name,maritalStatus,deceased", HEAD | {"name", "maritalStatus"}),
    ("_summary=false&_elements=gender", HEAD | {"gender"}),
]
PATHS: dict[str, Callable[[Resource], Resource]] = {
    "Patient/a": lambda answer: answer,
    "Patient/a/_history/1": lambda answer: answer,
    "Patient": lambda answer: _first(answer),
    "Patient/a/_history": lambda answer: _first(answer),
    "Patient/_history": lambda answer: _first(answer),
    "_history": lambda answer: _first(answer),
}
"""Where resources are answered, to how the resource is found there."""


def _first(answer: Resource) -> Resource:
    found: Resource = answer["entry"][0]["resource"]
    return found


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("query", "kept"), KEPT)
async def test_a_part_is_answered_and_marked(server: Service, path: str, query: str, kept: set[str]) -> None:
    await server.put("Patient/a", WHOLE)
    part = PATHS[path](body(await server.get(f"{path}?{query}")))
    assert (set(part), part["meta"]["tag"], part["meta"]["versionId"]) == (kept, [TAG], "1")
    assert all(part[name] == WHOLE[name] for name in kept - {"meta"})


@pytest.mark.parametrize("path", PATHS)
async def test_a_summary_that_is_none_is_the_whole(server: Service, path: str) -> None:
    await server.put("Patient/a", WHOLE)
    plain, asked = await server.get(path), await server.get(f"{path}?_summary=false")
    assert PATHS[path](body(asked)) == PATHS[path](body(plain))
    assert "tag" not in PATHS[path](body(asked))["meta"]


async def test_the_part_of_a_version_has_the_headers_of_that_version(server: Service) -> None:
    await server.put("Patient/a", WHOLE)
    whole, part = await server.get("Patient/a"), await server.get("Patient/a?_summary=true")
    assert [part.headers[name] for name in ("etag", "last-modified")] == [
        whole.headers[name] for name in ("etag", "last-modified")
    ]


async def test_the_summary_count_of_a_search_is_its_total_alone(server: Service) -> None:
    for _ in range(3):
        await server.create(patient(gender="male"))
    found = body(await server.get("Patient?gender=male&_summary=count&_count=2"))
    assert found == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 3,
        "link": [{"relation": "self", "url": f"{BASE}/Patient?gender=male&_summary=count&_count=2"}],
    }


async def test_every_page_of_a_search_has_parts(server: Service) -> None:
    for _ in range(3):
        await server.create(patient(gender="male", birthDate="2001"))
    first = body(await server.get("Patient?_count=2&_elements=gender"))
    second = body(await server.get(link(first, "next") or ""))
    resources = [one["resource"] for page in (first, second) for one in page["entry"]]
    assert [sorted(one) for one in resources] == [["gender", "id", "meta", "resourceType"]] * 3


async def test_a_deletion_has_no_part(server: Service) -> None:
    await server.put("Patient/a", WHOLE)
    await server.delete("Patient/a")
    newest, oldest = body(await server.get("Patient/a/_history?_summary=true"))["entry"]
    assert ("resource" in newest, oldest["resource"]["meta"]["tag"]) == (False, [TAG])


async def test_the_history_of_all_takes_the_elements_of_any_type(server: Service) -> None:
    await server.put("Patient/a", WHOLE)
    await server.put("Organization/o", {"resourceType": "Organization", "id": "o", "name": "North", "active": True})
    entries = body(await server.get("_history?_elements=birthDate,name"))["entry"]
    assert [sorted(one["resource"]) for one in entries] == [["id", "meta", "name", "resourceType"]] * 2


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("_summary=all", "_summary"),
        ("_summary=", "_summary"),
        ("_summary=true&_summary=text", "_summary"),
        ("_elements=", "_elements"),
        ("_elements=name,colour", "_elements"),
        ("_elements=name&_elements=gender", "_elements"),
        ("_elements=name&_summary=true", "_elements"),
    ],
)
async def test_what_is_not_understood_is_refused_by_name(server: Service, path: str, query: str, named: str) -> None:
    await server.put("Patient/a", WHOLE)
    answer = await server.get(f"{path}?{query}")
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", named)])


@pytest.mark.parametrize("path", [path for path in PATHS if path != "Patient"])
async def test_only_a_search_is_counted(server: Service, path: str) -> None:
    await server.put("Patient/a", WHOLE)
    answer = await server.get(f"{path}?_summary=count")
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "_summary")])


async def test_parts_are_read_in_a_batch(server: Service) -> None:
    await server.put("Patient/a", WHOLE)
    asked = bundle(entry("GET", "Patient/a?_elements=gender"), entry("GET", "Patient?_summary=count"), type="batch")
    part, count = (one["resource"] for one in body(await server.post("", asked))["entry"])
    assert (set(part), count["total"]) == (HEAD | {"gender"}, 1)


@pytest.mark.parametrize("path", ["Patient/a", "Patient/a/_history/1", "Patient", "Patient/_history"])
async def test_a_transaction_whose_read_is_not_understood_writes_nothing(server: Service, path: str) -> None:
    asked = bundle(entry("PUT", "Patient/a", WHOLE), entry("GET", f"{path}?_summary=all"))
    answer = await server.post("", asked)
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry[1].request")
    assert (await server.get("Patient/a")).status_code == 404


async def test_a_part_does_not_overwrite_the_whole(server: Service) -> None:
    await server.put("Patient/a", WHOLE)
    part = body(await server.get("Patient/a?_summary=true"))
    alone = await server.put("Patient/a", part)
    conditional = await server.put("Patient?_id=a", part)
    together = await server.post("", bundle(entry("PUT", "Patient/a", part)))
    assert [(one.status_code, issues(one)) for one in (alone, conditional)] == [
        (422, [("error", "processing", "Patient.meta.tag")])
    ] * 2
    assert (together.status_code, issues(together)[0][2]) == (422, "Bundle.entry[0].resource.meta.tag")
    assert body(await server.get("Patient/a"))["maritalStatus"] == WHOLE["maritalStatus"]


async def test_a_part_is_stored_where_there_is_no_whole(server: Service) -> None:
    await server.put("Patient/a", WHOLE)
    part = {**body(await server.get("Patient/a?_summary=true")), "id": "b"}
    statuses = [(await server.put("Patient/b", {**part, "gender": gender})).status_code for gender in ("male", "other")]
    answer = await server.post("", bundle(entry("PUT", "Patient/b", part)))
    assert (statuses, [status for status, _ in responses(answer)]) == ([201, 200], ["200 OK"])
