"""$eligibility and CoverageEligibilityRequest/$submit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.operations.claims import all_of, claim, mended, parameters, submitted
from server.fhir.resource import Json, Resource

pytestmark = pytest.mark.anyio

X12 = "https://x12.org/codes/service-type-codes"
MIRABEL = "Coverage/mirabel-thistledown-larkspur"


async def _asked(server: Service, path: str, given: Resource | bytes = b"") -> Resource:
    answer = await server.post(f"{path}", given)
    assert answer.status_code == 200, answer.text
    found = body(answer)
    assert server.engine.validate(found) == ()
    return found


def _item(response: Resource, category: str, network: str = "") -> Json:
    (insurance,) = response["insurance"]
    found = [
        one
        for one in insurance["item"]
        if one["category"]["coding"][0]["code"] == category
        and network in ("", one.get("network", {}).get("coding", [{}])[0].get("code", ""))
    ]
    return found[0]


def _benefits(item: Json) -> dict[str, Json]:
    return {one["type"]["coding"][0]["code"]: one for one in item.get("benefit", ())}


async def test_a_coverage_says_what_its_plan_pays(server: Service) -> None:
    found = await _asked(server, f"{MIRABEL}/$eligibility?date=2026-11-02")
    (insurance,) = found["insurance"]
    assert (found["outcome"], insurance["inforce"]) == ("complete", True)
    assert insurance["benefitPeriod"] == {"start": "2026-01-01", "end": "2026-12-31"}
    yearly = _benefits(_item(found, "30"))
    assert {"deductible", "out-of-pocket-maximum"} <= yearly.keys()


async def test_what_was_posted_is_used_up(server: Service) -> None:
    before = _benefits(_item(await _asked(server, f"{MIRABEL}/$eligibility?date=2026-11-02"), "30"))
    await submitted(server, claim("mirabel-visit"))
    after = _benefits(_item(await _asked(server, f"{MIRABEL}/$eligibility?date=2026-11-02"), "30"))
    assert Decimal(before["deductible"]["usedMoney"]["value"]) == 0
    assert after["deductible"]["usedMoney"]["value"] == Decimal("10.66")
    assert after["out-of-pocket-maximum"]["usedMoney"]["value"] == Decimal("40.66")


async def test_request_and_response_are_stored_together(server: Service) -> None:
    found = await _asked(server, f"{MIRABEL}/$eligibility")
    assert body(await server.get(f"CoverageEligibilityResponse/{found['id']}")) == found
    request = body(await server.get(found["request"]["reference"]))
    assert server.engine.validate(request) == ()
    assert (await server.delete(found["request"]["reference"])).status_code == 409


async def test_a_coverage_that_lapsed_is_not_in_force(server: Service) -> None:
    lapsed = next(one["id"] for one in await all_of(server, "Coverage?_count=50") if "casimir" in one["id"])
    found = await _asked(server, f"Coverage/{lapsed}/$eligibility?date=2026-11-02")
    assert found["insurance"][0]["inforce"] is False


async def test_a_patient_is_asked_for_by_the_first_coverage_in_force(server: Service) -> None:
    found = await _asked(server, "Patient/mirabel-thistledown/$eligibility?date=2026-11-02")
    assert found["insurance"][0]["coverage"] == {"reference": MIRABEL}


async def test_a_patient_without_coverage_is_told_so(server: Service) -> None:
    answer = await server.post("Patient/enoch-marzipan/$eligibility", b"")
    assert (answer.status_code, issues(answer)) == (422, [("error", "business-rule", "Coverage.beneficiary")])


@pytest.mark.parametrize("path", ["Patient/nobody", "Coverage/nobody"])
async def test_who_is_not_there_is_not_found(server: Service, path: str) -> None:
    assert (await server.post(f"{path}/$eligibility", b"")).status_code == 404


async def test_only_the_categories_that_are_asked_for_are_told(server: Service) -> None:
    whole = await _asked(server, f"{MIRABEL}/$eligibility?date=2026-11-02")
    codes = {one["category"]["coding"][0]["code"] for one in whole["insurance"][0]["item"]} - {"30"}
    wanted = sorted(codes)[0]
    part = await _asked(server, f"{MIRABEL}/$eligibility?date=2026-11-02&category={wanted}")
    assert {one["category"]["coding"][0]["code"] for one in part["insurance"][0]["item"]} == {"30", wanted}


async def test_the_network_of_a_provider_is_told(server: Service) -> None:
    given = parameters(valueDate_date="2026-11-02", valueReference_provider={"reference": "Organization/willowmere"})
    found = await _asked(server, f"{MIRABEL}/$eligibility", given)
    networks = {one["network"]["coding"][0]["code"] for one in found["insurance"][0]["item"] if "network" in one}
    assert networks == {"in"}


async def test_prior_authorization_is_told(server: Service) -> None:
    found = await _asked(server, "Patient/saffron-nettlebed/$eligibility?date=2026-11-02")
    required = [one for one in found["insurance"][0]["item"] if one.get("authorizationRequired")]
    assert required


@pytest.mark.parametrize("query", ["date=soon", "nonsense=1", "date=2026-01-01&date=2026-01-02", "provider=x"])
async def test_what_is_not_understood_is_refused(server: Service, query: str) -> None:
    answer = await server.post(f"{MIRABEL}/$eligibility?{query}", b"")
    assert answer.status_code == 400


async def test_a_provider_that_is_not_there_is_said(server: Service) -> None:
    given = parameters(valueReference_provider={"reference": "Organization/nobody"})
    answer = await server.post(f"{MIRABEL}/$eligibility", given)
    assert (answer.status_code, issues(answer)) == (422, [("error", "not-found", "provider")])


@pytest.mark.parametrize("reference", ["Patient/mirabel-thistledown", MIRABEL])
async def test_who_provides_nothing_is_no_provider(server: Service, reference: str) -> None:
    given = parameters(valueReference_provider={"reference": reference})
    answer = await server.post(f"{MIRABEL}/$eligibility", given)
    assert (answer.status_code, issues(answer)) == (422, [("error", "value", "provider")])
    assert await all_of(server, "CoverageEligibilityRequest") == []


async def test_a_request_that_would_not_be_valid_is_not_made(server: Service) -> None:
    """The patient is within the coverage, where the request cannot lead."""
    contained = {"resourceType": "Patient", "id": "x"}
    covered = {**body(await server.get(MIRABEL)), "contained": [contained], "beneficiary": {"reference": "#x"}}
    assert (await server.put(MIRABEL, covered)).status_code == 200
    answer = await server.post(f"{MIRABEL}/$eligibility", b"")
    assert (answer.status_code, issues(answer)) == (422, [("error", "business-rule", "Coverage.beneficiary")])


@pytest.mark.parametrize(
    "given",
    [
        parameters(valueReference_provider={"reference": f"{type_}/{id_}", "display": "x"}, valueCode_category="30")
        for type_, id_ in (
            ("Organization", "willowmere"),
            ("Practitioner", "linus-heathcote"),
            ("PractitionerRole", "linus-heathcote-at-willowmere"),
        )
    ]
    + [parameters(valueCode_category="no such"), parameters(valueDate_date="2026")],
)
async def test_a_request_that_is_made_is_valid(server: Service, given: Resource) -> None:
    found = await _asked(server, f"{MIRABEL}/$eligibility", given)
    assert server.engine.validate(body(await server.get(found["request"]["reference"]))) == ()


@pytest.mark.parametrize(
    ("payor", "text"),
    [
        ({"reference": "Patient/mirabel-thistledown"}, "who is covered pays without an insurer"),
        ({"reference": "RelatedPerson/x"}, "who is covered pays without an insurer"),
        ({"identifier": {"value": "x"}}, "the payor is no organization of this server"),
        ({"display": "Acme"}, "the payor is no organization of this server"),
        ({"reference": "#x"}, "the payor is no organization of this server"),
        ({"reference": "https://payer.example/fhir/Organization/1"}, "the payor is no organization of this server"),
    ],
)
async def test_who_cannot_be_asked_is_said(server: Service, payor: Json, text: str) -> None:
    covered = {**body(await server.get(MIRABEL)), "payor": [payor]}
    if payor.get("reference") == "#x":
        covered["contained"] = [{"resourceType": "Organization", "id": "x", "name": "Acme"}]
    assert (await server.put(MIRABEL, covered)).status_code == 200
    answer = await server.post(f"{MIRABEL}/$eligibility", b"")
    assert (answer.status_code, issues(answer)) == (422, [("error", "business-rule", "Coverage.payor[0]")])
    assert body(answer)["issue"][0]["diagnostics"].startswith(text)


async def _request(server: Service) -> Resource:
    found = await _asked(server, f"{MIRABEL}/$eligibility?date=2026-11-02")
    request = body(await server.get(found["request"]["reference"]))
    return {key: value for key, value in request.items() if key not in ("id", "meta")}


async def test_a_request_is_answered_as_its_own_operation_says(server: Service) -> None:
    request = await _request(server)
    found = await _asked(server, "CoverageEligibilityRequest/$submit", request)
    stored = body(await server.get(found["request"]["reference"]))
    assert {key: stored[key] for key in request} == request
    assert found["insurance"][0]["inforce"] is True


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        ({"insurance": []}, "CoverageEligibilityRequest.insurance"),
        (
            {"insurance": [{"focal": True, "coverage": {"reference": "Coverage/nobody"}}]},
            "CoverageEligibilityRequest.insurance.coverage",
        ),
        ({"patient": {"reference": "Patient/enoch-marzipan"}}, "CoverageEligibilityRequest.patient"),
        ({"status": "cancelled"}, "CoverageEligibilityRequest.status"),
        ({"insurer": {"reference": "Organization/fernvale"}}, "CoverageEligibilityRequest.insurer"),
        ({"provider": {"reference": "Organization/nobody"}}, "CoverageEligibilityRequest.provider"),
        ({"purpose": ["benefits", "discovery"]}, "CoverageEligibilityRequest.purpose[1]"),
        (
            {"item": [{"provider": {"reference": "Practitioner/rowan"}}]},
            "CoverageEligibilityRequest.item[0].provider",
        ),
        ({"item": [{"provider": {"display": "Rowan"}}]}, "CoverageEligibilityRequest.item[0].provider"),
        (
            {"item": [{"category": {"coding": [{"system": X12, "code": one} for one in ("98", "5")]}}]},
            "CoverageEligibilityRequest.item[0].category",
        ),
        (
            {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
            "CoverageEligibilityRequest.modifierExtension[0]",
        ),
    ],
)
async def test_a_request_that_cannot_be_answered_says_why(server: Service, change: Resource, expression: str) -> None:
    request = {key: value for key, value in {**await _request(server), **change}.items() if value}
    answer = await server.post("CoverageEligibilityRequest/$submit", request)
    assert (answer.status_code, issues(answer)[0][2]) == (422, expression)


EXTENDED = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}


@pytest.mark.parametrize(
    ("left_out", "change", "expression"),
    [
        ("status", {"_status": EXTENDED}, "status"),
        ("purpose", {"_purpose": [EXTENDED]}, "purpose"),
        ("", {"purpose": ["benefits", None], "_purpose": [None, EXTENDED]}, "purpose[1]"),
        ("", {"patient": EXTENDED}, "patient"),
        ("", {"insurer": EXTENDED}, "insurer"),
        ("", {"provider": EXTENDED}, "provider"),
        ("", {"insurance": [{"focal": True, "coverage": EXTENDED}]}, "insurance.coverage"),
        ("servicedDate", {"_servicedDate": EXTENDED}, "serviced"),
        ("servicedDate", {"servicedPeriod": {"_start": EXTENDED}}, "serviced"),
    ],
)
async def test_an_element_of_a_request_that_says_nothing_is_refused(
    server: Service, left_out: str, change: Resource, expression: str
) -> None:
    request = {key: value for key, value in {**await _request(server), **change}.items() if key != left_out}
    answer = await server.post("CoverageEligibilityRequest/$submit", request)
    found = [(answer.status_code, where) for _, _, where in issues(answer)]
    assert found == [(422, f"CoverageEligibilityRequest.{expression}")]


async def test_a_request_need_not_say_when_it_was_made_nor_which_insurance_is_the_only_one(server: Service) -> None:
    request = {**await _request(server), "_created": EXTENDED}
    del request["created"], request["insurance"][0]["focal"]
    request["insurance"][0]["_focal"] = EXTENDED
    found = await _asked(server, "CoverageEligibilityRequest/$submit", request)
    assert found["insurance"][0]["inforce"] is True


@pytest.mark.parametrize("name", ["patient", "insurer"])
async def test_what_is_named_within_two_resources_is_not_one(server: Service, name: str) -> None:
    """A contained patient is another in each resource, whatever both are called."""
    element = {"patient": "beneficiary", "insurer": "payor"}[name]
    contained: Json = {"id": "x", "resourceType": {"patient": "Patient", "insurer": "Organization"}[name]}
    covered = {**body(await server.get(MIRABEL)), "contained": [contained]}
    covered[element] = {"reference": "#x"} if name == "patient" else [{"reference": "#x"}]
    request = {**await _request(server), "contained": [contained], name: {"reference": "#x"}}
    assert (await server.put(MIRABEL, covered)).status_code == 200
    answer = await server.post("CoverageEligibilityRequest/$submit", request)
    assert (answer.status_code, issues(answer)[0][2]) == (422, f"CoverageEligibilityRequest.{name}")


async def test_a_request_may_bring_along_what_the_server_lacks(server: Service) -> None:
    covered = {**body(await server.get(MIRABEL)), "id": "another"}
    request = await _request(server)
    request["insurance"][0]["coverage"] = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"}
    entries = [
        {"resource": request},
        {"fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000001", "resource": covered},
    ]
    sent = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    found = await _asked(server, "CoverageEligibilityRequest/$submit", sent)
    assert found["insurance"][0]["coverage"] == {"reference": "Coverage/another"}
    assert (await server.get("Coverage/another")).status_code == 200
    answer = await server.post("CoverageEligibilityRequest/$submit", {**sent, "entry": entries[1:]})
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry")


@pytest.mark.parametrize(("end", "inforce"), [("2026-11-30", True), ("2026-12-01", False)])
async def test_a_coverage_is_in_force_on_all_days_that_are_asked_for(server: Service, end: str, inforce: bool) -> None:
    request = await _request(server)
    del request["servicedDate"]
    request["servicedPeriod"] = {"start": "2026-11-02", "end": end}
    covered = body(await server.get(MIRABEL))
    await server.put(MIRABEL, {**covered, "period": {"start": "2025-01-01", "end": "2026-11-30"}})
    found = await _asked(server, "CoverageEligibilityRequest/$submit", request)
    assert (found["insurance"][0]["inforce"], found["servicedPeriod"]) == (inforce, request["servicedPeriod"])


async def test_a_patient_who_also_pays_alone_is_asked_for_by_the_insurance(server: Service) -> None:
    covered = body(await server.get(MIRABEL))
    alone = {**covered, "id": "alone", "order": 1, "payor": [covered["beneficiary"]]}
    del alone["class"]
    await server.put("Coverage/alone", alone)
    await server.put(MIRABEL, {**covered, "order": 2})
    found = await _asked(server, "Patient/mirabel-thistledown/$eligibility?date=2026-11-02")
    assert found["insurance"][0]["coverage"] == {"reference": MIRABEL}


async def test_what_comes_along_may_refer_to_the_request(server: Service) -> None:
    name = "urn:uuid:00000000-0000-4000-8000-000000000002"
    task = {"resourceType": "Task", "id": "t", "status": "requested", "intent": "order", "focus": {"reference": name}}
    entries = [{"fullUrl": name, "resource": {**await _request(server), "id": "mine"}}, {"resource": task}]
    sent = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    found = await _asked(server, "CoverageEligibilityRequest/$submit", sent)
    stored = body(await server.get("Task/t"))
    assert stored["focus"] == found["request"] != {"reference": "CoverageEligibilityRequest/mine"}
    assert (await server.get(stored["focus"]["reference"])).status_code == 200


async def test_a_period_with_an_end_alone_asks_about_that_day(server: Service) -> None:
    request = await _request(server)
    del request["servicedDate"]
    found = await _asked(
        server, "CoverageEligibilityRequest/$submit", {**request, "servicedPeriod": {"end": "2026-03-31"}}
    )
    assert found["servicedDate"] == "2026-03-31"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "Coverage.modifierExtension[0]"),
        ({"implicitRules": "urn:x"}, "Coverage.implicitRules"),
    ],
)
async def test_a_coverage_that_is_not_understood_is_not_told_of(server: Service, change: Resource, path: str) -> None:
    request = await _request(server)
    await mended(server, MIRABEL, **change)
    answer = await server.post(f"{MIRABEL}/$eligibility", b"")
    assert (answer.status_code, issues(answer)) == (422, [("error", "extension", path)])
    answer = await server.post("CoverageEligibilityRequest/$submit", request)
    assert (answer.status_code, issues(answer)) == (
        422,
        [("error", "extension", "CoverageEligibilityRequest.insurance.coverage")],
    )
