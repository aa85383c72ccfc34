"""Batches and transactions: http://hl7.org/fhir/R4/http.html#transaction."""

from __future__ import annotations

from typing import Any

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import BASE, Service, body, issues, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

IDENTIFIED = patient(identifier=[{"system": "urn:s", "value": "1"}])
FIRST, SECOND = "urn:uuid:11111111-1111-4111-8111-111111111111", "urn:uuid:22222222-2222-4222-8222-222222222222"


async def test_a_transaction_creates_updates_and_deletes_in_one(server: Service) -> None:
    await server.put("Patient/a", patient(id="a"))
    await server.put("Patient/b", patient(id="b"))
    sent = bundle(
        entry("POST", "Patient", patient()),
        entry("PUT", "Patient/a", patient(id="a", gender="male")),
        entry("DELETE", "Patient/b"),
        entry("PUT", "Patient/new", patient(id="new")),
        entry("DELETE", "Patient/nobody"),
    )
    answer = await server.post("", sent)
    assert body(answer)["type"] == "transaction-response"
    assert responses(answer) == [
        ("201 Created", "Patient/id-1/_history/1"),
        ("200 OK", "Patient/a/_history/2"),
        ("204 No Content", ""),
        ("201 Created", "Patient/new/_history/1"),
        ("204 No Content", ""),
    ]
    assert await server.found("Patient") == ["new", "id-1", "a"]


async def test_entries_refer_to_one_another_by_full_url(server: Service) -> None:
    observation: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": FIRST},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": FIRST}],
        "extension": [{"url": "urn:e", "valueUri": FIRST}, {"url": "urn:e", "valueString": FIRST}],
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{FIRST}">p</a></div>',
        },
    }
    sent = bundle(
        entry("POST", "Observation", observation, SECOND),
        entry("POST", "Patient", patient(link=[{"other": {"reference": f"{FIRST}"}, "type": "seealso"}]), FIRST),
    )
    assert [status for status, _ in responses(await server.post("", sent))] == ["201 Created", "201 Created"]
    (patient_id,) = await server.found("Patient")
    (stored,) = [body(await server.get(f"Observation/{one}")) for one in await server.found("Observation")]
    assert stored["subject"] == {"reference": f"Patient/{patient_id}"}
    assert stored["identifier"] == observation["identifier"]
    assert stored["extension"] == [
        {"url": "urn:e", "valueUri": f"Patient/{patient_id}"},
        {"url": "urn:e", "valueString": FIRST},
    ]
    assert f'href="Patient/{patient_id}"' in stored["text"]["div"]
    assert await server.found(f"Observation?subject=Patient/{patient_id}") == [stored["id"]]


async def test_a_full_url_that_is_an_address_names_its_resource_too(server: Service) -> None:
    sent = bundle(
        entry("POST", "Patient", patient(id="old"), "http://elsewhere.example/fhir/Patient/old"),
        entry(
            "POST",
            "Basic",
            {"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": "Patient/old"}},
            "http://elsewhere.example/fhir/Basic/1",
        ),
    )
    await server.post("", sent)
    (found,) = [body(await server.get(f"Basic/{one}")) for one in await server.found("Basic")]
    assert found["subject"] == {"reference": f"Patient/{(await server.found('Patient'))[0]}"}


async def test_conditional_references_become_what_they_find(server: Service) -> None:
    await server.put("Patient/a", {**IDENTIFIED, "id": "a"})
    basic: Resource = {
        "resourceType": "Basic",
        "code": {"text": "x"},
        "subject": {"reference": "Patient?identifier=urn:s|1"},
    }
    await server.post("", bundle(entry("POST", "Basic", basic)))
    (found,) = [body(await server.get(f"Basic/{one}")) for one in await server.found("Basic")]
    assert found["subject"] == {"reference": "Patient/a"}


@pytest.mark.parametrize(("copies", "status"), [(0, 400), (2, 412)])
async def test_a_conditional_reference_that_finds_not_one_stores_nothing(
    server: Service, copies: int, status: int
) -> None:
    for _ in range(copies):
        await server.create(IDENTIFIED)
    basic: Resource = {
        "resourceType": "Basic",
        "code": {"text": "x"},
        "subject": {"reference": "Patient?identifier=urn:s|1"},
    }
    assert (await server.post("", bundle(entry("POST", "Basic", basic)))).status_code == status
    assert await server.found("Basic") == []


async def test_conditional_entries_find_what_exists(server: Service) -> None:
    await server.put("Patient/a", {**IDENTIFIED, "id": "a"})
    sent = bundle(
        entry("POST", "Patient", IDENTIFIED, FIRST, ifNoneExist="identifier=urn:s|1"),
        entry("PUT", "Patient?identifier=urn:s|2", patient(identifier=[{"system": "urn:s", "value": "2"}]), SECOND),
        entry("POST", "Basic", {"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": FIRST}}),
    )
    found, (made, place), basic = responses(await server.post("", sent))
    assert (found, made, basic) == (
        ("200 OK", "Patient/a/_history/1"),
        "201 Created",
        ("201 Created", "Basic/id-1/_history/1"),
    )
    assert body(await server.get("Basic/id-1"))["subject"] == {"reference": "Patient/a"}
    again = await server.post("", bundle(*sent["entry"][:2]))
    assert [status for status, _ in responses(again)] == ["200 OK", "200 OK"]
    assert body(await server.get(place.partition("/_history")[0]))["meta"]["versionId"] == "1"


async def test_creates_on_one_condition_are_one_resource(server: Service) -> None:
    sent = bundle(
        entry("POST", "Patient", IDENTIFIED, FIRST, ifNoneExist="identifier=urn:s|1"),
        entry("POST", "Patient", IDENTIFIED, SECOND, ifNoneExist="identifier=urn:s|1"),
    )
    (made, place), (found, same) = responses(await server.post("", sent))
    assert (made, found, same) == ("201 Created", "200 OK", place)
    assert len(await server.found("Patient")) == 1


FAILING: tuple[tuple[str, Resource, int, str], ...] = (
    ("an invalid resource", entry("POST", "Patient", patient(gender="x")), 400, "Bundle.entry[9].resource.gender"),
    ("a wrong version", entry("PUT", "Patient/a", patient(id="a"), ifMatch='W/"7"'), 412, "Bundle.entry[9]"),
    ("another id", entry("PUT", "Patient/a", patient(id="b")), 400, "Bundle.entry[9].resource.id"),
    ("another type", entry("POST", "Observation", patient()), 400, "Bundle.entry[9].request"),
    ("an unknown type", entry("POST", "Nonsense", patient()), 400, "Bundle.entry[9]"),
    ("a method that is not offered there", entry("POST", "Patient/a", patient()), 400, "Bundle.entry[9]"),
    ("an operation", entry("POST", "Patient/$x", patient()), 400, "Bundle.entry[9]"),
    ("a query not understood", entry("GET", "Patient?nonsense=1"), 400, "Bundle.entry[9].request"),
    (
        "an address of another server",
        entry("GET", "http://elsewhere.example/fhir/Patient"),
        400,
        "Bundle.entry[9].request.url",
    ),
    (
        "a condition not understood",
        entry("POST", "Patient", patient(), ifNoneExist="nonsense=1"),
        400,
        "Bundle.entry[9].request",
    ),
    ("a resource touched twice", entry("PUT", "Patient/new", patient(id="new")), 400, "Bundle.entry[9]"),
)


@pytest.mark.parametrize(("what", "tenth", "status", "expression"), FAILING, ids=[one[0] for one in FAILING])
async def test_a_transaction_whose_tenth_entry_fails_stores_nothing(
    server: Service, what: str, tenth: Resource, status: int, expression: str
) -> None:
    await server.put("Patient/a", patient(id="a"))
    good = [entry("PUT", f"Patient/new{number or ''}", patient(id=f"new{number or ''}")) for number in range(9)]
    answer = await server.post("", bundle(*good, tenth))
    assert (answer.status_code, issues(answer)[0][2]) == (status, expression), answer.text
    assert await server.found("Patient") == ["a"]


async def test_reads_see_what_the_transaction_wrote(server: Service) -> None:
    sent = bundle(
        entry("GET", "Patient?gender=male"),
        entry("PUT", "Patient/a", patient(id="a", gender="male")),
        entry("GET", "Patient/a"),
        entry("GET", "Patient/nobody"),
    )
    found = body(await server.post("", sent))["entry"]
    assert [one["resource"]["id"] for one in found[0]["resource"]["entry"]] == ["a"]
    assert found[2]["resource"]["id"] == "a"
    assert found[3]["response"]["status"] == "404 Not Found"


async def test_prefer_decides_whether_resources_come_back(server: Service) -> None:
    sent = bundle(entry("PUT", "Patient/a", patient(id="a")))
    minimal = body(await server.post("", sent))
    whole = body(
        await server.post("", bundle(entry("PUT", "Patient/b", patient(id="b"))), prefer="return=representation")
    )
    assert ("resource" in minimal["entry"][0], whole["entry"][0]["resource"]["id"]) == (False, "b")


async def test_a_batch_performs_each_entry_by_itself(server: Service) -> None:
    await server.put("Patient/a", patient(id="a"))
    sent = bundle(
        entry("POST", "Patient", patient(gender="x")),
        entry("PUT", "Patient/b", patient(id="b")),
        entry("GET", "Patient/a"),
        entry("DELETE", "Patient/nobody"),
        entry("GET", "Nonsense/1"),
        entry("POST", "Patient", patient()),
        entry("GET", "metadata"),
        type="batch",
    )
    answer = await server.post("", sent)
    found = body(answer)
    assert found["type"] == "batch-response"
    assert [one["response"]["status"] for one in found["entry"]] == [
        "400 Bad Request",
        "201 Created",
        "200 OK",
        "204 No Content",
        "404 Not Found",
        "201 Created",
        "200 OK",
    ]
    assert found["entry"][0]["response"]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[0].resource.gender"]
    assert found["entry"][2]["resource"]["id"] == "a"
    assert found["entry"][5]["response"]["location"] == f"{BASE}/Patient/id-1/_history/1"


@pytest.mark.parametrize("type_", ["collection", "searchset", "document", "nonsense"])
async def test_only_batches_and_transactions_are_performed(server: Service, type_: str) -> None:
    answer = await server.post("", bundle(type=type_))
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.type")


async def test_an_empty_transaction_succeeds(server: Service) -> None:
    answer = await server.post("", {"resourceType": "Bundle", "type": "transaction"})
    assert (answer.status_code, "entry" in body(answer)) == (200, False)


UNREADABLE: list[Any] = [
    1,
    {},
    {"request": {"method": "GET"}},
    {"request": {"url": "Patient"}},
    {"request": {"method": "FETCH", "url": "Patient/a"}},
    {"request": {"method": "GET", "url": "http://elsewhere.example.org/fhir/Patient/a"}},
    {"request": {"method": "GET", "url": "Patient?name=%ff"}},
    {"request": {"method": "GET", "url": "Patient/%ff"}},
    {"request": {"method": "GET", "url": "Patient/a"}, "foo": 1},
]


@pytest.mark.parametrize("type_", ["batch", "transaction"])
@pytest.mark.parametrize("entries", ["x", [], 5, None, {}, True])
async def test_a_bundle_that_is_none_is_refused(server: Service, type_: str, entries: Any) -> None:
    answer = await server.post("", {"resourceType": "Bundle", "type": type_, "entry": entries})
    assert answer.status_code == 400
    assert all(one[2].startswith("Bundle.entry") for one in issues(answer))


@pytest.mark.parametrize("unreadable", UNREADABLE)
async def test_a_transaction_with_an_entry_that_cannot_be_read_is_refused(server: Service, unreadable: Any) -> None:
    answer = await server.post("", bundle(entry("PUT", "Patient/a", patient(id="a")), unreadable))
    assert answer.status_code == 400
    assert all(one[2].startswith("Bundle.entry[1]") for one in issues(answer))
    assert (await server.get("Patient/a")).status_code == 404


async def test_entries_of_a_batch_that_cannot_be_read_do_not_keep_the_others_from_being_performed(
    server: Service,
) -> None:
    sent = bundle(*UNREADABLE, entry("PUT", "Patient/a", patient(id="a")), type="batch")
    answer = await server.post("", sent)
    found = body(answer)["entry"]
    assert [one["response"]["status"][:3] for one in found] == ["400"] * len(UNREADABLE) + ["201"]
    for place, one in enumerate(found[:-1]):
        for issue in one["response"]["outcome"]["issue"]:
            assert issue["expression"][0].startswith(f"Bundle.entry[{place}]")
    assert (await server.get("Patient/a")).status_code == 200


NO_RESOURCES: list[Any] = [
    {"resourceTyp": "Patient"},
    {},
    {"resourceType": 5},
    {"resourceType": None},
    {"resourceType": ""},
    {"resourceType": "resource"},
    5,
    "x",
    False,
    [],
    [{"resourceType": "Patient"}],
]


@pytest.mark.parametrize("url", ["POST Patient", "PUT Patient/b", "PUT Patient?gender=male", "POST Claim/$submit"])
async def test_what_is_no_resource_is_refused_in_its_entry_of_a_batch_and_the_others_are_performed(
    server: Service, url: str
) -> None:
    method, _, path = url.partition(" ")
    refused = [entry(method, path, one) for one in NO_RESOURCES]
    answer = await server.post("", bundle(*refused, entry("PUT", "Patient/a", patient(id="a")), type="batch"))
    found = body(answer)["entry"]
    assert [one["response"]["status"][:3] for one in found] == ["400"] * len(refused) + ["201"]
    for place, one in enumerate(found[:-1]):
        for issue in one["response"]["outcome"]["issue"]:
            assert issue["expression"][0].startswith(f"Bundle.entry[{place}]")
    assert await server.found("Patient") == ["a"]


@pytest.mark.parametrize("resource", NO_RESOURCES)
async def test_what_is_no_resource_in_an_entry_refuses_the_transaction(server: Service, resource: Any) -> None:
    answer = await server.post("", bundle(entry("POST", "Patient", patient()), entry("POST", "Patient", resource)))
    assert answer.status_code == 400
    assert all(one[2].startswith("Bundle.entry[1].resource") for one in issues(answer))
    assert await server.found("Patient") == []


async def test_a_batch_that_is_itself_not_valid_is_refused_whole(server: Service) -> None:
    answer = await server.post("", {**bundle(entry("DELETE", "Patient/a"), type="batch"), "total": "1"})
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.total")


async def _overlapping(server: Service, first: Resource, second: Resource) -> None:
    for sent in (bundle(first, second), bundle(second, first)):
        answer = await server.post("", sent)
        assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry[1]"), answer.text


async def test_a_create_and_an_update_on_one_condition_are_refused_in_either_order(server: Service) -> None:
    create = entry("POST", "Patient", IDENTIFIED, FIRST, ifNoneExist="identifier=urn:s|1")
    update = entry("PUT", "Patient?identifier=urn:s|1", {**IDENTIFIED, "gender": "male"}, SECOND)
    await _overlapping(server, create, update)
    assert await server.found("Patient") == []


@pytest.mark.parametrize(
    "other",
    [
        entry("PUT", "Patient/a", {**IDENTIFIED, "id": "a", "gender": "male"}),
        entry("PUT", "Patient?identifier=urn:s|1", {**IDENTIFIED, "gender": "male"}),
        entry("DELETE", "Patient/a"),
    ],
)
async def test_a_create_that_finds_what_another_entry_changes_is_refused_in_either_order(
    server: Service, other: Resource
) -> None:
    await server.put("Patient/a", {**IDENTIFIED, "id": "a"})
    await _overlapping(server, entry("POST", "Patient", IDENTIFIED, ifNoneExist="identifier=urn:s|1"), other)
    assert body(await server.get("Patient/a"))["meta"]["versionId"] == "1"


async def test_creates_on_several_conditions_that_find_one_resource_are_answered_with_it(server: Service) -> None:
    await server.put("Patient/a", {**IDENTIFIED, "id": "a", "gender": "male"})
    sent = bundle(
        entry("POST", "Patient", IDENTIFIED, ifNoneExist="identifier=urn:s|1"),
        entry("POST", "Patient", IDENTIFIED, ifNoneExist="gender=male"),
    )
    assert responses(await server.post("", sent)) == [("200 OK", "Patient/a/_history/1")] * 2
