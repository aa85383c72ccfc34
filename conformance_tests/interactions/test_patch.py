"""Patch: http://hl7.org/fhir/R4/http.html#patch."""

from __future__ import annotations

import asyncio

import pytest

from conformance_tests.interactions.patches import (
    FHIR_JSON,
    FHIR_XML,
    JSON_PATCH,
    XML_PATCH,
    json_patch,
    replacing,
    xml_patch,
)
from conformance_tests.interactions.serving import Service, body, issues, patient
from conformance_tests.patching.parameters import operation, parameters, part
from profiles import load
from server.fhir import xml_codec

pytestmark = pytest.mark.anyio

MALE = json_patch(replacing("/gender", "male"))
IDENTIFIED = patient(identifier=[{"system": "urn:s", "value": "1"}], gender="female")


async def test_a_patch_makes_the_next_version(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", MALE, JSON_PATCH)
    meta = {"versionId": "2", "lastUpdated": "2026-11-24T09:30:00.250Z"}
    expected = {**IDENTIFIED, "gender": "male", "id": "id-1", "meta": meta}
    assert (answer.status_code, body(answer), answer.headers["etag"]) == (200, expected, 'W/"2"')
    assert body(await server.get("Patient/id-1")) == expected


async def test_history_tells_that_it_was_a_patch(server: Service) -> None:
    await server.create(IDENTIFIED)
    await server.patch("Patient/id-1", MALE, JSON_PATCH)
    (latest, _) = body(await server.get("Patient/id-1/_history"))["entry"]
    assert latest["request"] == {"method": "PATCH", "url": "Patient/id-1"}


async def test_what_is_patched_is_found_by_what_it_is_now(server: Service) -> None:
    await server.create(IDENTIFIED)
    await server.patch("Patient/id-1", MALE, JSON_PATCH)
    assert (await server.found("Patient?gender=male"), await server.found("Patient?gender=female")) == (["id-1"], [])


async def test_a_patched_decimal_keeps_its_digits(server: Service) -> None:
    coded = {"resourceType": "Basic", "code": {"text": "x"}, "extension": [{"url": "urn:d", "valueDecimal": 1}]}
    await server.create(coded)
    document = b'[{"op": "replace", "path": "/extension/0/valueDecimal", "value": 72.50}]'
    answer = await server.patch("Basic/id-1", document, JSON_PATCH)
    assert b'"valueDecimal":72.50' in answer.content


@pytest.mark.parametrize("document", [json_patch(), json_patch(replacing("/gender", "female"))])
async def test_a_patch_that_changes_nothing_makes_no_version(server: Service, document: bytes) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", document, JSON_PATCH)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"1"')


async def test_prefer_minimal_is_answered_without_the_resource(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", MALE, JSON_PATCH, prefer="return=minimal")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_if_match_lets_through_the_current_version_only(server: Service) -> None:
    await server.create(IDENTIFIED)
    wrong = await server.patch("Patient/id-1", MALE, JSON_PATCH, if_match='W/"7"')
    right = await server.patch("Patient/id-1", MALE, JSON_PATCH, if_match='W/"1"')
    assert (wrong.status_code, issues(wrong), right.status_code) == (412, [("error", "conflict", "")], 200)


async def test_a_patch_of_nothing_is_not_found_and_of_what_was_deleted_is_gone(server: Service) -> None:
    await server.create(IDENTIFIED)
    await server.delete("Patient/id-1")
    answers = [await server.patch(path, MALE, JSON_PATCH) for path in ("Patient/nobody", "Patient/id-1")]
    assert [answer.status_code for answer in answers] == [404, 410]


async def test_an_operation_that_does_not_apply_changes_nothing_and_is_named(server: Service) -> None:
    await server.create(IDENTIFIED)
    failing = {"op": "test", "path": "/gender", "value": "male"}
    answer = await server.patch("Patient/id-1", json_patch(replacing("/gender", "other"), failing), JSON_PATCH)
    told = body(answer)["issue"][0]["diagnostics"]
    assert (answer.status_code, told) == (422, "operation 2 (test): what stands there is not equal to the value")
    assert body(await server.get("Patient/id-1"))["gender"] == "female"


@pytest.mark.parametrize("document", [b"{}", b"[", b'[{"op": "frob", "path": "/gender"}]', b""])
async def test_what_is_no_patch_is_a_bad_request(server: Service, document: bytes) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", document, JSON_PATCH)
    assert (answer.status_code, issues(answer)[0][1]) == (400, "invalid")


async def test_a_patched_resource_must_be_valid(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", json_patch(replacing("/gender", "unheard of")), JSON_PATCH)
    assert (answer.status_code, [path for _, _, path in issues(answer)]) == (400, ["Patient.gender"])


@pytest.mark.parametrize(
    ("made", "expression"),
    [
        (replacing("/id", "other"), "Patient.id"),
        ({"op": "remove", "path": "/id"}, "Patient.id"),
        (replacing("/resourceType", "Person"), "resourceType"),
        (replacing("", "text"), "resourceType"),
        ({"op": "remove", "path": ""}, "resourceType"),
    ],
    ids=str,
)
async def test_a_patch_changes_neither_id_nor_type(server: Service, made: dict[str, str], expression: str) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", json_patch(made), JSON_PATCH)
    assert (answer.status_code, issues(answer)) == (422, [("error", "processing", expression)])


async def test_version_and_time_are_the_servers_whatever_a_patch_says(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", json_patch({"op": "remove", "path": "/meta"}), JSON_PATCH)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"1"')


async def test_a_resource_that_grows_beyond_bounds_is_refused(server: Service) -> None:
    await server.create(IDENTIFIED)
    copies = [{"op": "copy", "from": "/identifier", "path": "/identifier/0/extension"}] * 200
    answer = await server.patch("Patient/id-1", json_patch(*copies), JSON_PATCH)
    assert (answer.status_code, issues(answer)) == (422, [("error", "processing", "")])


@pytest.mark.parametrize("media", ["text/plain", "application/merge-patch+json"])
async def test_an_unsupported_media_type_is_told_the_supported_ones(server: Service, media: str) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", MALE, media)
    told = body(answer)["issue"][0]["diagnostics"]
    assert answer.status_code == 415
    assert all(one in told for one in body(await server.get("metadata"))["patchFormat"])


async def test_a_patch_document_is_no_body_of_an_update(server: Service) -> None:
    answer = await server.put("Patient/id-1", MALE, content_type=JSON_PATCH)
    assert answer.status_code == 415


async def test_a_resource_that_carries_no_patch_is_a_bad_request(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", patient(id="id-1"), "application/fhir+json")
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "resourceType")])


async def test_of_64_patches_at_once_none_is_lost(server: Service) -> None:
    await server.create(patient(name=[{"given": ["0"]}]))
    sent = [json_patch({"op": "add", "path": "/name/0/given/-", "value": str(number)}) for number in range(1, 65)]
    answers = await asyncio.gather(*(server.patch("Patient/id-1", one, JSON_PATCH) for one in sent))
    assert {answer.status_code for answer in answers} == {200}
    given = body(await server.get("Patient/id-1"))["name"][0]["given"]
    assert sorted(map(int, given)) == list(range(65))


async def test_of_64_patches_with_one_if_match_one_succeeds(server: Service) -> None:
    await server.create(patient())
    sent = [json_patch({"op": "add", "path": "/multipleBirthInteger", "value": number}) for number in range(64)]
    answers = await asyncio.gather(*(server.patch("Patient/id-1", one, JSON_PATCH, if_match='W/"1"') for one in sent))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 63


async def test_a_conditional_patch_is_for_the_only_match(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient?identifier=urn:s|1", MALE, JSON_PATCH)
    assert (answer.status_code, body(answer)["gender"], answer.headers["etag"]) == (200, "male", 'W/"2"')


async def test_a_conditional_patch_without_a_match_is_not_found(server: Service) -> None:
    answer = await server.patch("Patient?identifier=urn:s|1", MALE, JSON_PATCH)
    assert (answer.status_code, issues(answer)) == (404, [("error", "not-found", "")])


async def test_a_conditional_patch_with_several_matches_is_refused(server: Service) -> None:
    await server.create(IDENTIFIED)
    await server.create(IDENTIFIED)
    assert (await server.patch("Patient?identifier=urn:s|1", MALE, JSON_PATCH)).status_code == 412


@pytest.mark.parametrize("path", ["Patient", "Patient?unheard=of"])
async def test_a_conditional_patch_needs_a_condition(server: Service, path: str) -> None:
    assert (await server.patch(path, MALE, JSON_PATCH)).status_code == 400


async def test_a_fhirpath_patch_is_sent_in_either_format_of_fhir(server: Service) -> None:
    await server.create(IDENTIFIED)
    document = parameters(operation("replace", "Patient.gender", value=part("value", valueCode="male")))
    first = await server.patch("Patient/id-1", document, FHIR_JSON)
    again = parameters(operation("delete", "Patient.identifier.where(system = 'urn:s')"))
    second = await server.patch("Patient/id-1", xml_codec.encode(again, load.definitions()), FHIR_XML)
    assert (first.status_code, body(first)["gender"]) == (200, "male")
    assert (second.status_code, "identifier" in body(second)) == (200, False)


async def test_an_operation_of_a_fhirpath_patch_that_does_not_apply_is_told_by_its_place(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", parameters(operation("delete", "Patient.frob")), FHIR_JSON)
    assert (answer.status_code, issues(answer)) == (422, [("error", "processing", "Parameters.parameter[0]")])


async def test_an_xml_patch_is_applied_to_the_xml_of_the_resource(server: Service) -> None:
    await server.create(IDENTIFIED)
    document = xml_patch('<replace sel="f:Patient/f:gender/@value">male</replace>')
    answer = await server.patch("Patient/id-1", document, XML_PATCH)
    meta = {"versionId": "2", "lastUpdated": "2026-11-24T09:30:00.250Z"}
    assert (answer.status_code, body(answer)) == (200, {**IDENTIFIED, "gender": "male", "id": "id-1", "meta": meta})


@pytest.mark.parametrize("operations", ["", '<replace sel="Patient/gender/@value">female</replace>'])
async def test_an_xml_patch_that_changes_nothing_makes_no_version(server: Service, operations: str) -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a&#160;b<br /></p><!-- c --></div>'
    await server.create({**IDENTIFIED, "text": {"status": "generated", "div": div}})
    answer = await server.patch("Patient/id-1", xml_patch(operations), XML_PATCH)
    assert (answer.status_code, answer.headers["etag"]) == (200, 'W/"1"')


async def test_an_xml_patch_with_a_doctype_is_a_bad_request(server: Service) -> None:
    await server.create(IDENTIFIED)
    answer = await server.patch("Patient/id-1", b"<!DOCTYPE diff><diff/>", XML_PATCH)
    assert (answer.status_code, issues(answer)[0][1]) == (400, "invalid")


async def test_the_statement_declares_patch_for_every_type(server: Service) -> None:
    statement = body(await server.get("metadata"))
    (rest,) = statement["rest"]
    assert statement["patchFormat"] == [JSON_PATCH, XML_PATCH, FHIR_JSON, FHIR_XML]
    assert all({"code": "patch"} in one["interaction"] for one in rest["resource"])
