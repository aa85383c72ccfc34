"""What the payer judges by and cannot be judged by rightly is refused by name: by Claim/$submit and $eligibility."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import TypeAlias

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.operations.claims import all_of, claim, mended, parameters, submitted
from operations.billing import vocabulary
from server.fhir.resource import Json, Resource

pytestmark = pytest.mark.anyio

PLAN = "InsurancePlan/larkspur-ppo"
MIRABEL = "Coverage/mirabel-thistledown-larkspur"
UNKNOWN = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "unknown"}]}
NEGATED = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
Refused: TypeAlias = tuple[int, Sequence[tuple[str, str, str]]]


async def _submitted(server: Service) -> Refused:
    answer = await server.post("Claim/$submit", claim("mirabel-visit"))
    assert await all_of(server, "Claim") == []
    return answer.status_code, issues(answer)


async def _asked(server: Service, query: str = "") -> Refused:
    answer = await server.post(f"{MIRABEL}/$eligibility?date=2026-11-02{query}", b"")
    return answer.status_code, issues(answer)


async def _terms(server: Service) -> Resource:
    """The plan's own part of its InsurancePlan."""
    (found,) = body(await server.get(PLAN))["plan"]
    return deepcopy(found)


async def test_a_service_whose_costs_come_before_and_after_the_deductible_is_refused(server: Service) -> None:
    terms = await _terms(server)
    visit: Json = terms["specificCost"][0]["benefit"][0]
    copay, percent = visit["cost"]
    visit["cost"] = [copay, {**percent, "applicability": copay["applicability"]}]
    await mended(server, PLAN, plan=[terms])
    path = "InsurancePlan.plan[0].specificCost[0].benefit[0].cost[1].qualifiers"
    refused = (422, [("error", "processing", path)])
    assert [await _submitted(server), await _asked(server)] == [refused, refused]


VISITS = {
    "limit": [
        {
            "value": {"value": 0},
            "code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/benefit-type", "code": "visit"}]},
        }
    ]
}


@pytest.mark.parametrize(
    ("group", "benefit", "element"),
    [
        ({"network": [{"reference": "Organization/harborlight-network"}]}, VISITS, "network"),
        ({}, {"requirement": "Only with a referral"}, "benefit[0].requirement"),
    ],
)
async def test_a_promise_that_holds_on_a_condition_is_refused(
    server: Service, group: Json, benefit: Json, element: str
) -> None:
    type_ = (await _terms(server))["specificCost"][0]["benefit"][0]["type"]
    promised = {"type": {"text": "Medical"}, **group, "benefit": [{"type": type_, **benefit}]}
    await mended(server, PLAN, coverage=[promised])
    refused = (422, [("error", "processing", f"InsurancePlan.coverage[0].{element}")])
    assert [await _submitted(server), await _asked(server)] == [refused, refused]


async def test_a_yearly_amount_of_whom_nobody_knows_is_refused(server: Service) -> None:
    terms = await _terms(server)
    del terms["generalCost"][0]["groupSize"]
    terms["generalCost"][0]["_groupSize"] = UNKNOWN
    await mended(server, PLAN, plan=[terms])
    refused = (422, [("error", "processing", "InsurancePlan.plan[0].generalCost[0].groupSize")])
    assert [await _submitted(server), await _asked(server)] == [refused, refused]


async def test_a_fee_for_some_products_alone_is_refused_by_its_element(server: Service) -> None:
    await mended(server, "ChargeItemDefinition/larkspur-T1015", instance=[{"display": "only a certain drug"}])
    answer = await server.post("Claim/$submit", claim("mirabel-visit"))
    assert issues(answer) == [("error", "not-supported", "Claim.item[0].productOrService")]
    assert body(answer)["issue"][0]["diagnostics"].endswith("ChargeItemDefinition.instance")


@pytest.mark.parametrize(
    ("path", "change", "element"),
    [
        ("OrganizationAffiliation/willowmere-in-larkspur", {"location": [{"display": "Annex"}]}, "location"),
        ("OrganizationAffiliation/willowmere-in-larkspur", NEGATED, "modifierExtension[0]"),
        ("PractitionerRole/linus-heathcote-at-willowmere", NEGATED, "modifierExtension[0]"),
    ],
)
async def test_a_network_that_depends_on_what_is_not_understood_is_told_beside_every_other_reason(
    server: Service, path: str, change: Json, element: str
) -> None:
    await mended(server, path, **change)
    provider = {"reference": "Practitioner/linus-heathcote"}
    reason = ("error", "processing", f"{path.partition('/')[0]}.{element}")
    given = {**claim("mirabel-visit"), "provider": provider, "status": "draft"}
    answer = await server.post("Claim/$submit", given)
    assert sorted(issues(answer)) == sorted([("error", "business-rule", "Claim.status"), reason])
    answer = await server.post(f"{MIRABEL}/$eligibility", parameters(valueReference_provider=provider))
    assert (answer.status_code, issues(answer)) == (422, [reason])


def _in_euro(value: Json) -> Json:
    """The same with every dollar a euro."""
    if isinstance(value, dict):
        return {name: _in_euro(one) for name, one in value.items()}
    return [_in_euro(one) for one in value] if isinstance(value, list) else "EUR" if value == "USD" else value


async def test_a_plan_whose_currency_changed_within_the_year_is_what_is_refused(server: Service) -> None:
    await submitted(server, claim("mirabel-visit"))
    given = claim("mirabel-injections")
    await mended(server, PLAN, plan=[_in_euro(await _terms(server))])
    for fee in await all_of(server, "ChargeItemDefinition?identifier=https://larkspur.example/fees|&_count=100"):
        await mended(server, f"ChargeItemDefinition/{fee['id']}", propertyGroup=_in_euro(fee["propertyGroup"]))
    answer = await server.post("Claim/$submit", _in_euro(given))
    reason = ("error", "processing", "InsurancePlan.plan[0]")
    assert (answer.status_code, issues(answer)) == (422, [reason])
    assert await _asked(server) == (422, [reason])
