"""Records of one person: they share what it used, and it is billed under the one that is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias, cast

import pytest

from conformance_tests.interactions.serving import Service, body, issues, serving
from conformance_tests.operations.claims import all_of, another, claim, mended, submitted
from conformance_tests.operations.interrupted import Interrupted
from operations.billing import vocabulary
from operations.billing.vocabulary import concept
from profiles import load
from server.commands import practice
from server.fhir.resource import Json, Resource
from server.search import indexer
from server.storage.sqlite.store import SqliteStore
from server.storage.store import Store

pytestmark = pytest.mark.anyio

PIP, PATIENT = "Coverage/pip-quillfeather-fernvale", "Patient/pip-quillfeather"


def _link(other: str, type_: str) -> list[Json]:
    return [{"other": {"reference": f"Patient/{other}"}, "type": type_}]


def _for(patient: str, covered: str) -> Resource:
    """The example claim of Pip for another record, without what is of Pip's own."""
    given = claim("pip-urgent")
    given["patient"]["reference"], given["insurance"][0]["coverage"]["reference"] = patient, covered
    for item in given["item"]:
        item.pop("encounter", None)
    given["diagnosis"] = [{"sequence": 1, "diagnosisCodeableConcept": concept(vocabulary.ICD_10_CM, "J06.9")}]
    return given


async def _refused(server: Service, given: Resource, code: str) -> None:
    answer = await server.post("Claim/$submit", given)
    assert (answer.status_code, {one for _, one, _ in issues(answer)}) == (422, {code})


@pytest.mark.parametrize(("kept", "type_"), [("pip-quillfeather", "replaces"), ("pip-old", "replaced-by")])
async def test_records_of_one_person_share_what_it_used(server: Service, kept: str, type_: str) -> None:
    await another(server, PATIENT, "pip-old")
    await another(server, PIP, "old", beneficiary={"reference": "Patient/pip-old"})
    await submitted(server, _for("Patient/pip-old", "Coverage/old"))
    other = {"pip-old": "pip-quillfeather", "pip-quillfeather": "pip-old"}[kept]
    await mended(server, f"Patient/{kept}", link=_link(other, type_))
    await _refused(server, _for(PATIENT, PIP), "duplicate")


async def test_a_record_that_another_replaced_is_not_billed(server: Service) -> None:
    await mended(server, PATIENT, link=_link("barnaby-quillfeather", "replaced-by"))
    await _refused(server, claim("pip-urgent"), "business-rule")


async def test_a_record_that_comes_along_is_the_person_that_it_links_to(server: Service) -> None:
    await submitted(server, _for(PATIENT, PIP))
    again = {**body(await server.get(PATIENT)), "id": "again", "link": _link("pip-quillfeather", "replaces")}
    covered = {**body(await server.get(PIP)), "id": "again", "beneficiary": {"reference": "Patient/again"}}
    for one in (again, covered):
        del one["meta"]
    entries = [{"resource": one} for one in (_for("Patient/again", "Coverage/again"), again, covered)]
    await _refused(server, {"resourceType": "Bundle", "type": "collection", "entry": entries}, "duplicate")


async def test_a_person_is_asked_for_by_the_coverages_of_all_its_records(server: Service) -> None:
    await another(server, PATIENT, "pip-new", link=_link("pip-quillfeather", "replaces"))
    answer = await server.post("Patient/pip-new/$eligibility?date=2026-11-02", b"")
    assert body(answer)["insurance"][0]["coverage"] == {"reference": PIP}


async def _linked(server: Service) -> None:
    """Another record becomes Pip's, and is billed the same service."""
    await another(server, PATIENT, "a-old", link=_link("pip-quillfeather", "replaces"))
    await another(server, PIP, "old", beneficiary={"reference": "Patient/a-old"})
    await submitted(server, _for("Patient/a-old", "Coverage/old"))


async def _deleted(server: Service) -> None:
    assert (await server.delete(PATIENT)).status_code == 204


Between: TypeAlias = Callable[[Service], Awaitable[None]]


@pytest.mark.parametrize(("between", "code", "left"), [(_linked, "duplicate", 1), (_deleted, "not-found", 0)])
async def test_what_becomes_of_a_record_while_it_is_billed_is_seen(
    tmp_path: Path, between: Between, code: str, left: int
) -> None:
    store = Interrupted(SqliteStore(tmp_path, load.definitions().version, indexer.RECIPE))
    async with serving(cast("Store", store)) as server:
        await practice.load(server.engine)
        store.between = lambda: between(server)
        await _refused(server, _for(PATIENT, PIP), code)
        assert len(await all_of(server, "ExplanationOfBenefit")) == left
    await store.close()


@pytest.mark.parametrize(("start", "line"), [("2025-01-01", 0), ("2026-10-06", 1)])
async def test_an_insurance_that_pays_first_on_any_day_is_seen_though_it_comes_along(
    server: Service, start: str, line: int
) -> None:
    await mended(server, PIP, order=2)
    given = claim("pip-urgent")
    given["item"].append({**given["item"][0], "sequence": 2, "servicedDate": "2026-10-06"})
    del given["item"][1]["encounter"], given["total"]
    given["billablePeriod"]["end"] = "2026-10-06"
    first = {**body(await server.get(PIP)), "id": "first", "order": 1, "period": {"start": start}}
    del first["meta"]
    first["payor"] = [{"reference": "Organization/larkspur"}]
    entries = [{"resource": one} for one in (given, first)]
    answer = await server.post("Claim/$submit", {"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert (answer.status_code, {one for _, one, _ in issues(answer)}) == (422, {"not-supported"})


@pytest.mark.parametrize("reference", ["Patient/a b", "Patient/", "Patient/a|b", "Patient/a/b", "Patient?identifier=a"])
async def test_a_patient_that_no_reference_can_be_to_is_the_only_reason(server: Service, reference: str) -> None:
    given = claim("pip-urgent")
    given["patient"]["reference"] = reference
    answer = await server.post("Claim/$submit", given)
    assert (answer.status_code, issues(answer)) == (422, [("error", "not-found", "Claim.patient")])
