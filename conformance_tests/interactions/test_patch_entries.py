"""Patches inside Bundles: http://hl7.org/fhir/R4/http.html#patch, http://hl7.org/fhir/R4/http.html#transaction."""

from __future__ import annotations

import asyncio

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.patches import XML_PATCH, json_patch, patch_entry, replacing, xml_patch
from conformance_tests.interactions.serving import Service, body, issues, patient
from conformance_tests.patching.parameters import operation, parameters, part

pytestmark = pytest.mark.anyio

IDENTIFIED = patient(identifier=[{"system": "urn:s", "value": "1"}], gender="female")
MALE = json_patch(replacing("/gender", "male"))
URL = "urn:uuid:11111111-1111-4111-8111-111111111111"
TYPES = pytest.mark.parametrize("type_", ["batch", "transaction"])


@TYPES
@pytest.mark.parametrize("url", ["Patient/id-1", "Patient?identifier=urn:s|1"])
async def test_an_entry_patches_by_id_or_condition(server: Service, type_: str, url: str) -> None:
    await server.create(IDENTIFIED)
    answer = await server.post("", bundle(patch_entry(url, MALE), type=type_))
    assert [status for status, _ in responses(answer)] == ["200 OK"]
    assert "resource" not in body(answer)["entry"][0]
    history = body(await server.get("Patient/id-1/_history"))["entry"]
    assert [(one["request"]["method"], one["resource"]["gender"]) for one in history] == [
        ("PATCH", "male"),
        ("POST", "female"),
    ]


@TYPES
async def test_prefer_gives_the_patched_resource_back(server: Service, type_: str) -> None:
    await server.create(IDENTIFIED)
    answer = await server.post(
        "", bundle(patch_entry("Patient/id-1", MALE), type=type_), prefer="return=representation"
    )
    assert body(answer)["entry"][0]["resource"]["gender"] == "male"


@TYPES
async def test_a_patch_that_changes_nothing_makes_no_version(server: Service, type_: str) -> None:
    await server.create(IDENTIFIED)
    await server.post("", bundle(patch_entry("Patient/id-1", json_patch()), type=type_))
    assert (await server.get("Patient/id-1")).headers["etag"] == 'W/"1"'


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (patch_entry("Patient/nobody", MALE), 404),
        (patch_entry("Patient?identifier=urn:s|2", MALE), 404),
        (patch_entry("Patient/id-1", MALE, ifMatch='W/"7"'), 412),
        (patch_entry("Patient/id-1", json_patch({"op": "remove", "path": "/name"})), 422),
        (patch_entry("Patient/id-1", b"{}"), 400),
        (patch_entry("Patient/id-1", json_patch(replacing("/gender", "unheard of"))), 400),
        (patch_entry("Patient/id-1", MALE, "text/plain"), 415),
        (entry("PATCH", "Patient/id-1", {"resourceType": "Binary", "contentType": "application/json-patch+json"}), 400),
        (entry("PATCH", "Patient/id-1", patient()), 400),
        (entry("PATCH", "Patient/id-1"), 400),
    ],
    ids=str,
)
async def test_a_patch_that_fails_fails_its_batch_entry_or_its_whole_transaction(
    server: Service, made: dict[str, str], status: int
) -> None:
    await server.create(IDENTIFIED)
    other = entry("POST", "Patient", patient())
    whole = await server.post("", bundle(other, made))
    assert (whole.status_code, issues(whole)[0][2].startswith("Bundle.entry[1]")) == (status, True)
    assert await server.found("Patient") == ["id-1"]
    each = await server.post("", bundle(other, made, type="batch"))
    assert [one[:3] for one, _ in responses(each)] == ["201", str(status)]


async def test_a_patch_refers_to_what_the_transaction_creates(server: Service) -> None:
    await server.create(IDENTIFIED)
    created = entry("POST", "Organization", {"resourceType": "Organization", "name": "a"}, URL)
    referring = json_patch({"op": "add", "path": "/managingOrganization", "value": {"reference": URL}})
    answer = await server.post("", bundle(patch_entry("Patient/id-1", referring), created))
    location = responses(answer)[1][1].partition("/_history")[0]
    assert body(await server.get("Patient/id-1"))["managingOrganization"] == {"reference": location}


@TYPES
async def test_an_entry_patches_by_xml(server: Service, type_: str) -> None:
    await server.create(IDENTIFIED)
    document = xml_patch('<replace sel="f:Patient/f:gender/@value">male</replace>')
    await server.post("", bundle(patch_entry("Patient/id-1", document, XML_PATCH), type=type_))
    assert body(await server.get("Patient/id-1"))["gender"] == "male"


@TYPES
async def test_an_entry_patches_by_fhirpath(server: Service, type_: str) -> None:
    await server.create(IDENTIFIED)
    document = parameters(operation("replace", "Patient.gender", value=part("value", valueCode="male")))
    await server.post("", bundle(entry("PATCH", "Patient/id-1", document), type=type_))
    assert body(await server.get("Patient/id-1"))["gender"] == "male"


@TYPES
async def test_an_operation_that_does_not_apply_is_told_by_its_place_in_the_bundle(server: Service, type_: str) -> None:
    await server.create(IDENTIFIED)
    failing = entry("PATCH", "Patient/id-1", parameters(operation("delete", "Patient.frob")))
    answer = body(await server.post("", bundle(failing, type=type_)))
    outcome = answer if type_ == "transaction" else answer["entry"][0]["response"]["outcome"]
    assert outcome["issue"][0]["expression"] == ["Bundle.entry[0].resource.parameter[0]"]


@TYPES
async def test_of_32_bundles_at_once_that_patch_one_resource_none_is_lost(server: Service, type_: str) -> None:
    await server.create(patient(name=[{"given": ["0"]}]))
    sent = [json_patch({"op": "add", "path": "/name/0/given/-", "value": str(number)}) for number in range(1, 33)]
    await asyncio.gather(*(server.post("", bundle(patch_entry("Patient/id-1", one), type=type_)) for one in sent))
    given = body(await server.get("Patient/id-1"))["name"][0]["given"]
    assert sorted(map(int, given)) == list(range(33))


async def test_a_resource_is_patched_or_updated_in_one_transaction_not_both(server: Service) -> None:
    await server.create(IDENTIFIED)
    updated = entry("PUT", "Patient/id-1", patient(id="id-1"))
    answer = await server.post("", bundle(updated, patch_entry("Patient/id-1", MALE)))
    assert (answer.status_code, (await server.get("Patient/id-1")).headers["etag"]) == (400, 'W/"1"')
