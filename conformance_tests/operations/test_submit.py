"""Claim/$submit: http://hl7.org/fhir/R4/claim-operation-submit.html."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.operations.claims import all_of, amounts, claim, explanation, mended, parameters, submitted
from server.fhir.resource import Json, Resource

pytestmark = pytest.mark.anyio


async def test_a_claim_is_decided_by_the_rules_of_its_plan(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    assert (response["outcome"], response["disposition"]) == ("complete", "Every service is covered.")
    assert amounts(response) == {
        "submitted": Decimal("175.00"),
        "eligible": Decimal("123.16"),
        "discount": Decimal("51.84"),
        "deductible": Decimal("10.66"),
        "copay": Decimal("30.00"),
        "benefit": Decimal("82.50"),
        "memberliability": Decimal("40.66"),
    }
    assert response["payment"]["amount"] == {"value": Decimal("82.50"), "currency": "USD"}


async def test_claim_response_and_explanation_are_stored_valid_and_linked(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    posted = body(await server.get(response["request"]["reference"]))
    found = await explanation(server, response)
    assert found["claimResponse"] == {"reference": f"ClaimResponse/{response['id']}"}
    assert amounts(found) == amounts(response)
    for one in (response, posted, found):
        assert server.engine.validate(one) == ()
        assert body(await server.get(f"{one['resourceType']}/{one['id']}")) == one
    assert {name: posted[name] for name in claim("mirabel-visit")} == claim("mirabel-visit")


async def test_a_second_claim_of_the_year_meets_what_the_first_used(server: Service) -> None:
    first = await submitted(server, claim("mirabel-injections"))
    second = await submitted(server, claim("mirabel-visit"))
    assert await _used(server, first) == Decimal("9.82")
    assert await _used(server, second) == Decimal("9.82") + Decimal("10.66")


async def _used(server: Service, response: Resource) -> Decimal:
    """How much of the member's deductible is used up once the claim is decided."""
    (balance,) = [
        one
        for one in (await explanation(server, response))["benefitBalance"]
        if one["unit"]["coding"][0]["code"] == "individual"
    ]
    (deductible,) = [one for one in balance["financial"] if one["type"]["coding"][0]["code"] == "deductible"]
    return Decimal(deductible["usedMoney"]["value"])


async def test_what_is_not_covered_says_why(server: Service) -> None:
    response = await submitted(server, claim("saffron-scan-unapproved"))
    reasons = [
        part["reason"]["coding"][0]["code"]
        for item in response["item"]
        for part in item["adjudication"]
        if "reason" in part
    ]
    assert "197" in reasons
    assert response["processNote"]


async def test_a_claim_that_is_not_taken_answers_every_reason_at_once(server: Service) -> None:
    bad = claim("mirabel-visit")
    bad["total"]["value"] = Decimal("174.99")
    bad["item"][0]["servicedDate"] = "2027-01-01"
    bad["item"][1]["diagnosisSequence"] = [9]
    bad["item"][1]["productOrService"] = {"text": "blood count"}
    bad["careTeam"][0]["provider"] = {"reference": "Practitioner/nobody"}
    answer = await server.post("Claim/$submit", bad)
    assert answer.status_code == 422
    assert {expression for _, _, expression in issues(answer)} >= {
        "Claim.total",
        "Claim.item[0].serviced",
        "Claim.item[1].diagnosisSequence[0]",
        "Claim.item[1].productOrService",
        "Claim.careTeam[0].provider",
    }
    assert await all_of(server, "Claim") == []
    assert await all_of(server, "ExplanationOfBenefit") == []


async def test_a_claim_that_is_no_claim_is_refused_by_its_structure(server: Service) -> None:
    bad = claim("mirabel-visit")
    del bad["insurance"]
    answer = await server.post("Claim/$submit", bad)
    assert (answer.status_code, issues(answer)[0]) == (400, ("error", "required", "Claim.insurance"))


WRAPPED: list[tuple[str, Callable[[Resource], Resource]]] = [
    ("Claim", lambda one: one),
    ("Parameters.parameter[0].resource", lambda one: parameters(resource_resource=one)),
    (
        "Bundle.entry[0].resource",
        lambda one: {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one}]},
    ),
]


@pytest.mark.parametrize(("root", "wrapped"), WRAPPED, ids=lambda one: one if isinstance(one, str) else "")
async def test_faults_of_structure_do_not_hide_other_reasons(
    server: Service, root: str, wrapped: Callable[[Resource], Resource]
) -> None:
    bad = claim("mirabel-visit")
    del bad["created"]
    bad["item"][0]["servicedDate"] = "2026-02-30"
    bad["item"][1]["productOrService"] = {"text": "blood count"}
    bad["careTeam"][0]["provider"] = {"reference": "Practitioner/nobody"}
    answer = await server.post("Claim/$submit", wrapped(bad))
    assert answer.status_code == 400
    assert {expression for _, _, expression in issues(answer)} == {
        f"{root}.created",
        f"{root}.item[0].serviced.ofType(date)",
        f"{root}.item[1].productOrService",
        f"{root}.careTeam[0].provider",
    }
    assert await all_of(server, "Claim") == []


@pytest.mark.parametrize(("root", "wrapped"), WRAPPED, ids=lambda one: one if isinstance(one, str) else "")
async def test_reasons_stand_where_the_claim_stands_in_a_batch_too(
    server: Service, root: str, wrapped: Callable[[Resource], Resource]
) -> None:
    bad = {**claim("mirabel-visit"), "total": {"value": 1, "currency": "USD"}}
    request = {"method": "POST", "url": "Claim/$submit"}
    alone = await server.post("Claim/$submit", wrapped(bad))
    entry = {"resource": wrapped(bad), "request": request}
    within = body(await server.post("", {"resourceType": "Bundle", "type": "batch", "entry": [entry]}))
    inner = root.removeprefix(root.partition(".")[0])
    (issue,) = within["entry"][0]["response"]["outcome"]["issue"]
    assert [one[2] for one in issues(alone)] == [f"{root}.total"]
    assert issue["expression"] == [f"Bundle.entry[0].resource{inner}.total"]


@pytest.mark.parametrize("name", ["x", {}, None, 5])
async def test_a_parameter_that_the_operation_does_not_have_is_told_beside_faults(server: Service, name: Json) -> None:
    part = {"name": name, "resource": {**claim("mirabel-visit"), "use": 5}}
    answer = await server.post("Claim/$submit", {"resourceType": "Parameters", "parameter": [part]})
    assert answer.status_code == 400
    assert "Parameters.parameter[0].resource.use" in [one[2] for one in issues(answer)]


async def test_a_lapsed_coverage_pays_nothing(server: Service) -> None:
    answer = await server.post("Claim/$submit", claim("casimir-lapsed"))
    assert (answer.status_code, issues(answer)) == (422, [("error", "business-rule", "Claim.item[0].serviced")])


async def test_the_same_service_is_not_billed_twice(server: Service) -> None:
    await submitted(server, claim("mirabel-visit"))
    answer = await server.post("Claim/$submit", claim("mirabel-visit"))
    assert (answer.status_code, {code for _, code, _ in issues(answer)}) == (422, {"duplicate"})


async def test_of_many_submissions_of_one_claim_at_once_one_is_posted(server: Service) -> None:
    answers = await asyncio.gather(*(server.post("Claim/$submit", claim("mirabel-visit")) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 11
    assert len(await all_of(server, "ExplanationOfBenefit")) == 1


async def test_claims_of_one_policy_at_once_count_the_deductible_once(server: Service) -> None:
    claims = [claim("mirabel-visit"), claim("mirabel-injections")]
    responses = await asyncio.gather(*(submitted(server, one) for one in claims))
    used = sorted([await _used(server, one) for one in responses])
    deductibles = [amounts(one)["deductible"] for one in responses]
    assert used == [used[0], sum(deductibles)]
    assert used[0] in deductibles


@pytest.mark.parametrize(("price", "quantity", "net"), [("150.01", 1, "150.01"), ("150.00", 2, "300.00")])
async def test_a_service_is_the_same_at_another_price_or_quantity(
    server: Service, price: str, quantity: int, net: str
) -> None:
    money = {name: {"value": Decimal(text), "currency": "USD"} for name, text in (("unitPrice", price), ("net", net))}
    change: Resource = {**money, "quantity": {"value": quantity}}
    await submitted(server, claim("mirabel-visit"))
    again = claim("mirabel-visit")
    again["item"] = [{**again["item"][0], **change}]
    again["total"] = change["net"]
    answer = await server.post("Claim/$submit", again)
    assert (answer.status_code, issues(answer)) == (422, [("error", "duplicate", "Claim.item[0]")])


async def test_a_service_of_an_encounter_is_the_same_by_another_provider(server: Service) -> None:
    await submitted(server, claim("mirabel-visit"))
    again = {**claim("mirabel-visit"), "provider": {"reference": "Practitioner/juniper-ashgrove"}}
    answer = await server.post("Claim/$submit", again)
    assert {code for _, code, _ in issues(answer)} == {"duplicate"}


async def test_what_others_say_they_posted_counts_for_nothing(server: Service) -> None:
    response = await submitted(server, claim("mirabel-injections"))
    posted = await explanation(server, response)
    forged = [
        {**posted, "identifier": [{**one, "value": f"{one['value'][:-1]}{place}"} for one in posted["identifier"]]}
        for place in (2, 3, 9)
    ]
    for one in forged:
        del one["id"], one["meta"]
        assert (await server.post("ExplanationOfBenefit", one)).status_code == 201
    assert await _used(server, await submitted(server, claim("mirabel-visit"))) == Decimal("20.48")


async def test_a_claim_is_submitted_under_an_id_that_was_deleted(server: Service) -> None:
    given = {**claim("mirabel-visit"), "id": "gone"}
    assert (await server.put("Claim/gone", given)).status_code == 201
    assert (await server.delete("Claim/gone")).status_code == 204
    await submitted(server, given)
    assert body(await server.get("Claim/gone"))["meta"]["versionId"] == "3"


async def _billed_to(server: Service, name: str, **changes: Json) -> Resource:
    """The claim to another coverage of the patient, which is the same but for some changes."""
    given = claim(name)
    covered = body(await server.get(given["insurance"][0]["coverage"]["reference"]))
    id_ = f"other-than-{name}"
    assert (await server.put(f"Coverage/{id_}", {**covered, "id": id_, **changes})).status_code == 201
    given["insurance"][0]["coverage"]["reference"] = f"Coverage/{id_}"
    return given


async def test_of_submissions_to_two_coverages_at_once_one_is_posted(server: Service) -> None:
    claims = [claim("mirabel-visit"), await _billed_to(server, "mirabel-visit")] * 6
    answers = await asyncio.gather(*(server.post("Claim/$submit", one) for one in claims))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 11


async def test_policies_that_differ_by_case_are_two(server: Service) -> None:
    await mended(server, MIRABEL, status="cancelled")
    september, october = ({"start": f"2026-{month}-01", "end": f"2026-{month}-30"} for month in ("09", "10"))
    claims = [
        await _billed_to(server, "mirabel-visit", subscriberId="ab", status="active", period=september),
        await _billed_to(server, "mirabel-injections", subscriberId="AB", status="active", period=october),
    ]
    used = [await _used(server, await submitted(server, one)) for one in claims]
    assert used == [Decimal("10.66"), Decimal("9.82")]


async def test_a_posted_claim_is_changed_by_no_plain_write(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    found = await explanation(server, response)
    for one in (response, found, body(await server.get(response["request"]["reference"]))):
        path = f"{one['resourceType']}/{one['id']}"
        update = await server.put(path, {**one, "language": "en"})
        delete = await server.delete(path)
        bundle = {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [{"request": {"method": "DELETE", "url": path}}],
        }
        transaction = await server.post("", bundle)
        assert [answer.status_code for answer in (update, delete, transaction)] == [409, 409, 409]
        assert "Claim/$submit" in body(update)["issue"][0]["diagnostics"]
        assert body(await server.get(path)) == one


async def test_an_imported_claim_is_posted_under_its_id(server: Service) -> None:
    stored = body(await server.put("Claim/mine", {**claim("mirabel-visit"), "id": "mine"}))
    response = await submitted(server, stored)
    assert response["request"] == {"reference": "Claim/mine"}
    assert body(await server.get("Claim/mine"))["meta"]["versionId"] == "2"
    again = await server.post("Claim/$submit", stored)
    assert (again.status_code, issues(again)) == (409, [("error", "conflict", "Claim.id")])


FIRST = "urn:uuid:11111111-1111-4111-8111-111111111111"


def _bundle(*resources: Resource) -> Resource:
    entries = [{"fullUrl": FIRST if one["resourceType"] == "Encounter" else "", "resource": one} for one in resources]
    listed = [{key: value for key, value in one.items() if value} for one in entries]
    return {"resourceType": "Bundle", "type": "collection", "entry": listed}


async def _encounter(server: Service) -> tuple[Resource, Resource]:
    """A claim for an encounter that the server does not have, and the encounter."""
    known = body(await server.get("Encounter/mirabel-september"))
    encounter = {key: value for key, value in known.items() if key not in ("id", "meta")}
    given = deepcopy(claim("mirabel-visit"))
    for item in given["item"]:
        item["encounter"] = [{"reference": FIRST}]
    return given, encounter


async def test_a_bundle_brings_along_what_the_claim_refers_to(server: Service) -> None:
    given, encounter = await _encounter(server)
    response = await submitted(server, _bundle(given, encounter))
    posted = body(await server.get(response["request"]["reference"]))
    reference = posted["item"][0]["encounter"][0]["reference"]
    assert body(await server.get(reference))["period"] == encounter["period"]


async def test_a_bundle_whose_claim_is_not_taken_leaves_nothing(server: Service) -> None:
    given, encounter = await _encounter(server)
    given["total"]["value"] = Decimal("1.00")
    before = len(await all_of(server, "Encounter?_count=100"))
    assert (await server.post("Claim/$submit", _bundle(given, encounter))).status_code == 422
    assert len(await all_of(server, "Encounter?_count=100")) == before


async def test_a_bundle_changes_nothing_that_the_server_has(server: Service) -> None:
    patient = body(await server.get("Patient/mirabel-thistledown"))
    same = await server.post("Claim/$submit", _bundle(claim("mirabel-visit"), {**patient, "birthDate": "1999-01-01"}))
    assert same.status_code == 409
    assert body(await server.get("Patient/mirabel-thistledown")) == patient
    await submitted(server, _bundle(claim("mirabel-visit"), patient))


async def test_a_bundle_says_each_resource_once(server: Service) -> None:
    organizations = [{"resourceType": "Organization", "id": "o9", "name": name} for name in "de"]
    answer = await server.post("Claim/$submit", _bundle(claim("mirabel-visit"), *organizations))
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry")


@pytest.mark.parametrize("claims", [0, 2])
async def test_a_bundle_holds_exactly_one_claim(server: Service, claims: int) -> None:
    patient = body(await server.get("Patient/mirabel-thistledown"))
    answer = await server.post("Claim/$submit", _bundle(patient, *[claim("mirabel-visit")] * claims))
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "Bundle.entry")])


@pytest.mark.parametrize(
    ("path", "status"),
    [("Claim/a/$submit", 404), ("Patient/$submit", 404), ("$submit", 404), ("Claim/$nonsense", 404)],
)
async def test_the_operation_is_offered_on_the_type_only(server: Service, path: str, status: int) -> None:
    assert (await server.post(path, claim("mirabel-visit"))).status_code == status


async def test_the_operation_changes_something_so_it_is_posted(server: Service) -> None:
    answer = await server.get("Claim/$submit")
    assert (answer.status_code, issues(answer)[0][1]) == (405, "not-supported")


async def test_the_claim_may_come_in_parameters(server: Service) -> None:
    given = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": claim("mirabel-visit")}]}
    assert (await submitted(server, given))["resourceType"] == "ClaimResponse"


WRONG: tuple[tuple[list[Resource], str], ...] = (
    ([], "Parameters"),
    ([{"name": "nonsense", "valueString": "x"}], "Parameters.parameter[0]"),
    ([{"name": "resource", "valueString": "x"}], "Parameters.parameter[0]"),
    ([{"name": "resource", "resource": {"resourceType": "Patient"}}], "resourceType"),
)


@pytest.mark.parametrize(("listed", "expression"), WRONG)
async def test_parameters_that_are_not_as_defined_are_refused(
    server: Service, listed: list[Resource], expression: str
) -> None:
    answer = await server.post("Claim/$submit", {"resourceType": "Parameters", "parameter": listed})
    assert answer.status_code == 400
    assert issues(answer)[0][2].startswith(expression)


async def test_the_definitions_are_served_and_valid(server: Service) -> None:
    for name in ("Claim-submit", "CoverageEligibilityRequest-submit", "eligibility", "report", "post"):
        definition = body(await server.get(f"OperationDefinition/{name}"))
        assert server.engine.validate(definition) == ()
    statement = body(await server.get("metadata"))["rest"][0]
    claims = next(one for one in statement["resource"] if one["type"] == "Claim")
    assert claims["operation"] == [
        {"name": "submit", "definition": "http://hl7.org/fhir/OperationDefinition/Claim-submit"}
    ]
    assert [one["name"] for one in statement["operation"]] == ["report"]


async def test_our_own_definitions_are_valid_and_changed_by_nobody(server: Service) -> None:
    found = await all_of(server, "StructureDefinition?_count=100")
    assert len(found) == 6
    for type_ in ("CodeSystem", "Measure", "SearchParameter"):
        found += await all_of(server, type_)
    for one in found:
        assert server.engine.validate(one) == ()
        assert (await server.delete(f"{one['resourceType']}/{one['id']}")).status_code == 409


OF_ONE_PRACTICE = [
    "Organization/willowmere",
    "Practitioner/juniper-ashgrove",
    "PractitionerRole/juniper-ashgrove-at-willowmere",
]


def _visit(provider: str) -> Resource:
    """A visit that no encounter tells from others."""
    found = claim("mirabel-visit")
    for item in found["item"]:
        del item["encounter"]
    return {**found, "provider": {"reference": provider}}


@pytest.mark.parametrize("first", OF_ONE_PRACTICE)
@pytest.mark.parametrize("second", OF_ONE_PRACTICE)
async def test_a_service_is_not_billed_again_under_another_name_of_its_provider(
    server: Service, first: str, second: str
) -> None:
    await submitted(server, _visit(first))
    answer = await server.post("Claim/$submit", _visit(second))
    assert (answer.status_code, {code for _, code, _ in issues(answer)}) == (422, {"duplicate"})


async def test_two_practitioners_of_a_practice_may_give_the_same_service(server: Service) -> None:
    await submitted(server, _visit("Practitioner/juniper-ashgrove"))
    await submitted(server, _visit("Practitioner/linus-heathcote"))


async def test_a_claim_over_a_change_of_network_is_refused(server: Service) -> None:
    (held,) = [
        one
        for one in await all_of(server, "OrganizationAffiliation?participating-organization=Organization/willowmere")
        if one["organization"]["reference"] == "Organization/larkspur"
    ]
    changed = {**held, "period": {"start": "2026-09-14"}}
    assert (await server.put(f"OrganizationAffiliation/{held['id']}", changed)).status_code == 200
    split = _visit("Organization/willowmere")
    del split["billablePeriod"]
    split["item"][1]["servicedDate"] = "2026-09-13"
    answer = await server.post("Claim/$submit", split)
    assert (answer.status_code, issues(answer)) == (422, [("error", "not-supported", "Claim.provider")])


async def test_two_fees_for_one_service_are_told_beside_every_other_reason(server: Service) -> None:
    rows = await all_of(server, "ChargeItemDefinition?identifier=T1015")
    (fee,) = [one for one in rows if "larkspur" in one["id"]]
    assert (await server.put("ChargeItemDefinition/again", {**fee, "id": "again"})).status_code == 201
    bad = claim("mirabel-visit")
    bad["total"]["value"] = Decimal("1.00")
    answer = await server.post("Claim/$submit", bad)
    assert answer.status_code == 422
    assert {one[2] for one in issues(answer)} == {"Claim.item[0].productOrService", "Claim.total"}


MIRABEL = "Coverage/mirabel-thistledown-larkspur"
UUID = "urn:uuid:00000000-0000-4000-8000-000000000001"


def _along(main: Resource, other: Resource) -> Resource:
    """A Bundle of a resource, and of another that it calls by UUID."""
    entries = [{"resource": main}, {"fullUrl": UUID, "resource": other}]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


async def test_a_role_that_comes_along_is_its_practitioner(server: Service) -> None:
    await submitted(server, _visit("Practitioner/juniper-ashgrove"))
    role = body(await server.get("PractitionerRole/juniper-ashgrove-at-willowmere"))
    answer = await server.post("Claim/$submit", _along(_visit(UUID), role))
    assert (answer.status_code, {code for _, code, _ in issues(answer)}) == (422, {"duplicate"})


@pytest.mark.parametrize("type_", ["InsurancePlan", "ChargeItemDefinition", "OrganizationAffiliation"])
async def test_what_the_payer_judges_by_does_not_come_along(server: Service, type_: str) -> None:
    own = (await all_of(server, type_))[0]
    answer = await server.post("Claim/$submit", _along(claim("mirabel-visit"), {**own, "id": "another"}))
    assert (answer.status_code, [one[2] for one in issues(answer)]) == (422, ["Bundle.entry[1].resource"])
    assert await all_of(server, "Claim") == []


@pytest.mark.parametrize("day", [5, None])
async def test_a_line_without_a_day_says_nothing_of_the_plan(server: Service, day: Json) -> None:
    bad = claim("ottoline-counselling")
    bad["item"] = [{**bad["item"][0], "servicedDate": day}]
    answer = await server.post("Claim/$submit", bad)
    assert answer.status_code == 400
    assert not [one for one in issues(answer) if one[2].startswith("Claim.insurance")]


async def test_a_misspelt_reference_is_the_only_reason(server: Service) -> None:
    bad = {**claim("mirabel-visit"), "patient": {"refrence": "Patient/mirabel-thistledown"}}
    answer = await server.post("Claim/$submit", bad)
    assert [one[2] for one in issues(answer)] == ["Claim.patient.refrence"]


async def test_a_parameter_has_one_content(server: Service) -> None:
    part = {"name": "resource", "resource": claim("mirabel-visit"), "valueString": "x"}
    answer = await server.post("Claim/$submit", {"resourceType": "Parameters", "parameter": [part]})
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "Parameters.parameter[0]")])
