"""Who provides, who pays first, and who is whom: what nobody can change around a claim to have it paid twice."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.operations.claims import all_of, another, claim, mended, payment, submitted
from server.fhir.resource import Json, Resource

JUNIPER = "Practitioner/juniper-ashgrove"
ROLE = "PractitionerRole/juniper-ashgrove-at-willowmere"
PRACTICE = "Organization/willowmere"
MIRABEL = "Coverage/mirabel-thistledown-larkspur"
UUID = "urn:uuid:00000000-0000-4000-8000-000000000001"


def _visit(provider: str) -> Resource:
    """A visit that no encounter tells from others."""
    found = claim("mirabel-visit")
    for item in found["item"]:
        del item["encounter"]
    return {**found, "provider": {"reference": provider}}


async def _refused(server: Service, given: Resource, *expected: tuple[str, str]) -> None:
    answer = await server.post("Claim/$submit", given)
    assert (answer.status_code, {(code, path) for _, code, path in issues(answer)}) == (422, set(expected))


@pytest.mark.parametrize("billed", [ROLE, JUNIPER, PRACTICE])
async def test_a_role_by_which_a_service_may_have_been_billed_stays(server: Service, billed: str) -> None:
    await submitted(server, _visit(billed))
    role = body(await server.get(ROLE))
    assert (await server.delete(ROLE)).status_code == 409
    for change in ({"organization": {"reference": "Organization/larkspur"}}, {"practitioner": {"display": "J."}}):
        assert (await server.put(ROLE, {**role, **change})).status_code == 409
    assert (await server.put(ROLE, {**role, "period": {"end": "2026-12-31"}})).status_code == 200


async def test_a_role_that_nothing_was_billed_by_may_go(server: Service) -> None:
    assert (await server.delete(ROLE)).status_code == 204


@pytest.mark.parametrize("first", [JUNIPER, ROLE])
async def test_another_record_of_the_same_number_is_the_same_provider(server: Service, first: str) -> None:
    await another(server, JUNIPER, "again")
    await submitted(server, _visit(first))
    await _refused(server, _visit("Practitioner/again"), ("duplicate", "Claim.item[0]"), ("duplicate", "Claim.item[1]"))


async def test_a_provider_whose_number_is_taken_away_is_still_the_one_that_billed(server: Service) -> None:
    await submitted(server, _visit(JUNIPER))
    await another(server, JUNIPER, "again")
    await mended(server, JUNIPER, identifier=None)
    await _refused(server, _visit("Practitioner/again"), ("duplicate", "Claim.item[0]"), ("duplicate", "Claim.item[1]"))


async def test_the_explanation_says_the_number_of_the_provider(server: Service) -> None:
    number = body(await server.get(JUNIPER))["identifier"][0]
    await submitted(server, _visit(ROLE))
    (found,) = await all_of(server, "ExplanationOfBenefit")
    assert found["provider"] == {
        "reference": ROLE,
        "identifier": {"system": number["system"], "value": number["value"]},
    }


async def test_a_role_that_the_server_lacks_is_nothing_to_bring_along(server: Service) -> None:
    role = {**body(await server.get(ROLE)), "id": "another"}
    entries = [{"resource": _visit(UUID)}, {"fullUrl": UUID, "resource": role}]
    given = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    await _refused(server, given, ("processing", "Bundle.entry[1].resource"))


async def test_a_role_that_the_server_has_may_come_along(server: Service) -> None:
    entries = [{"resource": _visit(UUID)}, {"fullUrl": UUID, "resource": body(await server.get(ROLE))}]
    await submitted(server, {"resourceType": "Bundle", "type": "collection", "entry": entries})


@pytest.mark.parametrize(("own", "other"), [(None, 1), (1, 1), (None, None), (2, None)])
async def test_of_several_coverages_the_order_says_which_pays_first(
    server: Service, own: int | None, other: int | None
) -> None:
    await mended(server, MIRABEL, order=own)
    stated: Json = {} if other is None else {"order": other}
    await another(
        server, MIRABEL, "second", subscriberId="F-7", payor=[{"reference": "Organization/fernvale"}], **stated
    )
    if other is None:
        await mended(server, "Coverage/second", order=None)
    await _refused(server, claim("mirabel-visit"), ("not-supported", "Claim.insurance[0].coverage"))
    answer = await server.post("Patient/mirabel-thistledown/$eligibility?date=2026-11-02", b"")
    assert (answer.status_code, [one[2] for one in issues(answer)]) == (422, ["Coverage.order"])


async def test_another_record_of_the_same_policy_is_no_other_insurance(server: Service) -> None:
    await another(server, MIRABEL, "second")
    await submitted(server, claim("mirabel-visit"))


async def test_a_coverage_that_has_ended_asks_for_no_order(server: Service) -> None:
    ended = {"period": {"end": "2025-12-31"}}
    await another(
        server, MIRABEL, "second", subscriberId="F-7", payor=[{"reference": "Organization/fernvale"}], **ended
    )
    await submitted(server, claim("mirabel-visit"))
    answer = await server.post("Patient/mirabel-thistledown/$eligibility?date=2026-11-02", b"")
    assert body(answer)["insurance"][0]["coverage"] == {"reference": MIRABEL}


async def test_a_claim_of_another_patient_is_not_replaced(server: Service) -> None:
    imported = {**claim("pip-urgent"), "id": "one"}
    assert (await server.put("Claim/one", imported)).status_code == 201
    answer = await server.post("Claim/$submit", {**claim("mirabel-visit"), "id": "one"})
    assert (answer.status_code, [one[2] for one in issues(answer)]) == (409, ["Claim.id"])
    assert body(await server.get("Claim/one"))["meta"]["versionId"] == "1"
    await submitted(server, imported)


async def _linked(server: Service) -> str:
    """Another record of Mirabel."""
    linked = [{"other": {"reference": "Patient/mirabel-thistledown"}, "type": "seealso"}]
    await another(server, "Patient/mirabel-thistledown", "other", link=linked)
    return "Patient/other"


async def test_eligibility_is_asked_for_any_record_of_a_person(server: Service) -> None:
    request = {
        "resourceType": "CoverageEligibilityRequest",
        "status": "active",
        "purpose": ["benefits"],
        "patient": {"reference": await _linked(server)},
        "created": "2026-11-20",
        "insurer": {"reference": "Organization/larkspur"},
        "insurance": [{"focal": True, "coverage": {"reference": MIRABEL}}],
    }
    assert (await server.post("CoverageEligibilityRequest/$submit", request)).status_code == 200


async def test_a_person_pays_for_claims_of_all_its_records_at_once(server: Service) -> None:
    first = await submitted(server, claim("mirabel-visit"))
    other = {**claim("mirabel-injections"), "patient": {"reference": await _linked(server)}}
    for item in other["item"]:
        item.pop("encounter", None)
    second = await submitted(server, other)
    paid = payment((first, "1.00"), (second, "1.00"), paymentIssuer=None)
    del paid["paymentIssuer"]
    answer = await server.post("PaymentReconciliation/$post", paid)
    assert answer.status_code == 200, answer.text
