"""What is used of a year: by whom, of which plan, and in which year, whatever is mended in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias, cast

import pytest

from conformance_tests.interactions.serving import Service, body, issues, serving
from conformance_tests.operations.claims import all_of, another, claim, mended, submitted
from conformance_tests.operations.interrupted import Interrupted
from conformance_tests.storage import earlier
from operations.billing import vocabulary
from profiles import load
from server.commands import practice
from server.fhir.resource import Json, Resource
from server.search import indexer
from server.storage.sqlite.store import SqliteStore
from server.storage.store import Store

pytestmark = pytest.mark.anyio

MIRABEL = "Coverage/mirabel-thistledown-larkspur"
PIP, OTTOLINE, BARNABY = (f"Coverage/{name}-quillfeather-fernvale" for name in ("pip", "ottoline", "barnaby"))
URGENT = Decimal("145.00")
"""What `pip-urgent` takes of the deductible."""


async def _answered(server: Service, covered: str, day: str = "2026-11-02") -> Json:
    answer = await server.post(f"{covered}/$eligibility?date={day}", b"")
    assert answer.status_code == 200, answer.text
    (insurance,) = body(answer)["insurance"]
    return insurance


async def _used(server: Service, covered: str, unit: str = "individual", day: str = "2026-11-02") -> Decimal:
    """What a coverage has used of the yearly deductible, of the member or the family."""
    insurance = await _answered(server, covered, day)
    items = [one for one in insurance["item"] if one["unit"]["coding"][0]["code"] == unit]
    benefits = [one for item in items for one in item.get("benefit", ()) if "usedMoney" in one]
    (used,) = (one["usedMoney"] for one in benefits if one["type"]["coding"][0]["code"] == "deductible")
    return Decimal(used["value"])


def _of_plan(covered: Resource, name: str) -> list[Json]:
    return [{**covered["class"][0], "value": name}]


@pytest.mark.parametrize("number", ["lm-204815", "other", None])
async def test_what_is_used_stays_used_when_the_number_of_the_policy_is_mended(
    server: Service, number: str | None
) -> None:
    await submitted(server, claim("mirabel-visit"))
    await mended(server, MIRABEL, subscriberId=number)
    assert await _used(server, MIRABEL) == Decimal("10.66")


@pytest.mark.parametrize("number", ["fv-310077", "FV-310078", None])
async def test_a_family_whose_number_is_mended_has_still_used_what_it_used(server: Service, number: str | None) -> None:
    await submitted(server, claim("pip-urgent"))
    for path in (PIP, OTTOLINE, BARNABY):
        await mended(server, path, subscriberId=number)
    assert [await _used(server, path, "family") for path in (PIP, OTTOLINE)] == [URGENT, URGENT]


async def test_who_was_in_a_family_by_mistake_has_used_nothing_of_it(server: Service) -> None:
    await submitted(server, claim("pip-urgent"))
    await mended(server, PIP, subscriberId="FV-999999")
    assert await _used(server, OTTOLINE, "family") == 0
    assert await _used(server, PIP, "family") == URGENT


def _entry(method: str, path: str, resource: Resource | None = None) -> Resource:
    """A transaction of one entry."""
    held = {} if resource is None else {"resource": resource}
    entry = {**held, "request": {"method": method, "url": path}}
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


@pytest.mark.parametrize("path", [PIP, "Patient/pip-quillfeather"])
async def test_what_was_billed_is_not_deleted(server: Service, path: str) -> None:
    await submitted(server, claim("pip-urgent"))
    assert (await server.delete(path)).status_code == 409
    assert (await server.post("", _entry("DELETE", path))).status_code == 409
    type_, _, id_ = path.partition("/")
    assert (await server.delete(f"{type_}?_id={id_}")).status_code == 409
    assert (await server.get(path)).status_code == 200
    assert (await server.delete(BARNABY)).status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        {"payor": [{"reference": "Organization/larkspur"}]},
        {"payor": [{"display": "Fernvale"}]},
        {"beneficiary": {"reference": "Patient/barnaby-quillfeather"}},
    ],
)
async def test_a_coverage_that_was_billed_is_of_the_same_person_and_insurer(server: Service, change: Json) -> None:
    moved = {**body(await server.get(PIP)), **change}
    assert (await server.put(PIP, moved)).status_code == 200
    mended = {**moved, "payor": [{"reference": "Organization/fernvale", "display": "F"}]}
    mended["beneficiary"] = {"reference": "Patient/pip-quillfeather"}
    assert (await server.put(PIP, mended)).status_code == 200
    await submitted(server, claim("pip-urgent"))
    assert (await server.put(PIP, moved)).status_code == 409
    assert (await server.post("", _entry("PUT", PIP, moved))).status_code == 409
    noted = {**mended, "payor": [{"reference": "Organization/fernvale", "display": "Fernvale Health"}]}
    assert (await server.put(PIP, {**noted, "status": "cancelled"})).status_code == 200


async def test_a_new_coverage_of_a_member_is_of_the_same_account(server: Service) -> None:
    await submitted(server, claim("pip-urgent"))
    await another(server, PIP, "pip-again")
    assert await _used(server, "Coverage/pip-again", "family") == URGENT


async def test_numbers_that_differ_by_case_are_two_families(server: Service) -> None:
    await submitted(server, claim("pip-urgent"))
    for path in (OTTOLINE, BARNABY):
        await mended(server, path, subscriberId="fv-310077")
    assert await _used(server, OTTOLINE, "family") == 0


async def test_what_was_used_under_another_insurer_is_not_used_of_this_one(server: Service) -> None:
    await submitted(server, claim("mirabel-visit"))
    other = {name: body(await server.get(PIP))[name] for name in ("type", "payor", "class")}
    await another(server, MIRABEL, "moved", **other)
    assert await _used(server, "Coverage/moved", "family") == 0


@pytest.mark.parametrize("numbered", [True, False])
async def test_two_plans_of_one_subscriber_are_two_accounts(server: Service, numbered: bool) -> None:
    plan = await _plan(server, "larkspur")
    await another(server, plan, "larkspur-two", identifier=[{"value": "LARKSPUR-TWO"}])
    mine = await mended(server, MIRABEL, **({} if numbered else {"subscriberId": None}))
    other = {**mine, "id": "other", "class": _of_plan(mine, "LARKSPUR-TWO")}
    assert (await server.put("Coverage/other", other)).status_code == 201
    await submitted(server, claim("mirabel-visit"))
    assert [await _used(server, one) for one in (MIRABEL, "Coverage/other")] == [Decimal("10.66"), Decimal(0)]


async def test_a_family_names_its_plan_or_has_the_only_one(server: Service) -> None:
    await submitted(server, claim("pip-urgent"))
    await mended(server, OTTOLINE, **{"class": None})
    assert await _used(server, OTTOLINE, "family") == URGENT


async def test_a_family_without_a_number_shares_the_account_of_its_subscriber(server: Service) -> None:
    mine = await mended(server, MIRABEL, subscriberId=None)
    child = {**mine, "id": "child", "beneficiary": {"reference": "Patient/enoch-marzipan"}}
    assert (await server.put("Coverage/child", child)).status_code == 201
    await submitted(server, claim("mirabel-visit"))
    assert await _used(server, "Coverage/child", "family") == Decimal("10.66")


async def test_an_account_is_whole_while_the_store_is_reindexed(tmp_path: Path) -> None:
    store = SqliteStore(earlier.store(tmp_path / "store").parent, load.definitions().version, indexer.RECIPE)
    async with serving(store) as server:
        assert await store.outdated(1)
        response = await submitted(server, claim("pip-urgent"))
        assert await _used(server, OTTOLINE, "family") == URGENT
        await mended(server, PIP, subscriberId="FV-9")
        assert await _used(server, PIP, "family") == URGENT
        assert response["outcome"] == "complete"
    await store.close()


async def _plan(server: Service, payer: str) -> str:
    (found,) = [one["id"] for one in await all_of(server, "InsurancePlan") if one["id"].startswith(payer)]
    return f"InsurancePlan/{found}"


YEAR = {"url": vocabulary.PLAN_YEAR_START, "valueDate": "2025-01-01"}
SPRING, LATER = {"start": "2025-01-01", "end": "2026-10-09"}, {"start": "2026-10-10"}


async def _changed_rules(server: Service, before: Json, after: Json) -> None:
    """The rules of the family's plan change on 10 October 2026, between Pip's visit and Ottoline's."""
    plan = await _plan(server, "fernvale")
    await another(server, plan, "fernvale-later", period=LATER, **after)
    await mended(server, plan, period=SPRING, **before)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"extension": [YEAR]}),
        ({"extension": [YEAR]}, {"extension": [{**YEAR, "valueDate": "2026-01-01"}]}),
        ({"extension": [YEAR], "status": "retired"}, {"extension": [YEAR]}),
    ],
)
async def test_rules_that_change_within_a_year_begin_no_new_one(server: Service, before: Json, after: Json) -> None:
    await submitted(server, claim("pip-urgent"))
    await _changed_rules(server, before, after)
    assert await _used(server, OTTOLINE, "family") == URGENT
    assert (await _answered(server, PIP))["benefitPeriod"] == {"start": "2026-01-01", "end": "2026-12-31"}
    await submitted(server, claim("ottoline-counselling"))
    assert await _used(server, PIP, "family") > URGENT


async def test_a_late_claim_of_earlier_rules_meets_what_later_ones_used(server: Service) -> None:
    await _changed_rules(server, {}, {"extension": [YEAR]})
    await submitted(server, claim("ottoline-counselling"))
    assert await _used(server, PIP, "family", "2026-10-05") == await _used(server, OTTOLINE, "family") > 0


@pytest.mark.parametrize("status", ["active", "retired", "unknown"])
async def test_rules_that_change_within_a_year_and_do_not_say_which_are_refused(server: Service, status: str) -> None:
    await _changed_rules(server, {"status": status}, {})
    answer = await server.post("Claim/$submit", claim("ottoline-counselling"))
    assert (answer.status_code, issues(answer)) == (422, [("error", "processing", "InsurancePlan.period")])
    answer = await server.post(f"{PIP}/$eligibility?date=2026-10-12", b"")
    assert (answer.status_code, issues(answer)) == (422, [("error", "processing", "InsurancePlan.period")])


async def test_a_draft_of_later_rules_changes_nothing(server: Service) -> None:
    plan = await _plan(server, "fernvale")
    await another(server, plan, "fernvale-later", period=LATER, status="draft")
    await submitted(server, claim("ottoline-counselling"))


async def test_a_new_year_that_rules_say_begins_with_them(server: Service) -> None:
    await submitted(server, claim("pip-urgent"))
    await _changed_rules(server, {}, {"extension": [{**YEAR, "valueDate": "2026-10-10"}]})
    assert await _used(server, OTTOLINE, "family") == 0
    periods = [(await _answered(server, PIP, day))["benefitPeriod"] for day in ("2026-10-05", "2026-10-12")]
    assert periods == [
        {"start": "2026-01-01", "end": "2026-10-09"},
        {"start": "2026-10-10", "end": "2027-10-09"},
    ]


async def test_the_services_of_a_claim_are_judged_by_one_set_of_rules(server: Service) -> None:
    await _changed_rules(server, {}, {"extension": [YEAR]})
    given = claim("pip-urgent")
    second = {**given["item"][0], "sequence": 2, "servicedDate": "2026-10-12"}
    del second["encounter"]
    given["item"].append(second)
    given["billablePeriod"]["end"] = "2026-10-12"
    del given["total"]
    answer = await server.post("Claim/$submit", given)
    assert (answer.status_code, issues(answer)) == (422, [("error", "business-rule", "Claim.item[1].serviced")])


async def test_what_is_used_stays_used_when_the_year_of_the_plan_is_mended(server: Service) -> None:
    await submitted(server, claim("mirabel-visit"))
    await mended(server, await _plan(server, "larkspur"), period={"start": "2026-03-01"})
    assert await _used(server, MIRABEL) == Decimal("10.66")


async def test_a_coverage_is_found_by_its_number(server: Service) -> None:
    numbers: Sequence[str] = ("fv-310077", "FV-310077", "FV-31007")
    found = [len(await all_of(server, f"Coverage?subscriberid={number}")) for number in numbers]
    assert found == [3, 3, 0]


AHEAD = timezone(timedelta(hours=14))
"""A zone in which a day begins when it is still noon of the day before in Greenwich."""


def _of_day(name: str, day: date) -> Resource:
    """An example claim of one line without an encounter, for services of another day."""
    given = claim(name)
    (line, *_) = given["item"]
    line = {key: value for key, value in line.items() if key != "encounter"}
    dated = {"servicedDate": f"{day}", "sequence": 1}
    changes = {"item": [{**line, **dated}], "billablePeriod": {"start": f"{day}", "end": f"{day}"}, "created": f"{day}"}
    return {key: value for key, value in {**given, **changes}.items() if key != "total"}


async def test_what_is_posted_as_its_day_begins_is_used_and_billed(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, load.definitions().version, indexer.RECIPE)
    midnight = datetime(2026, 11, 24, 0, 30, tzinfo=AHEAD)
    async with serving(store, midnight.astimezone(UTC), AHEAD) as server:
        await practice.load(server.engine)
        given = _of_day("pip-urgent", midnight.date())
        await submitted(server, given)
        answer = await server.post("Claim/$submit", given)
        assert (answer.status_code, {code for _, code, _ in issues(answer)}) == (422, {"duplicate"})
        assert await _used(server, OTTOLINE, "family") == URGENT
    await store.close()


async def test_the_claims_of_a_patient_have_their_places_in_order(server: Service) -> None:
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(9)]
    for day in days:
        await submitted(server, _of_day("pip-urgent", day))
    found = await all_of(server, "ExplanationOfBenefit?patient=Patient/pip-quillfeather&_count=50")
    places = [one["value"] for each in found for one in each["identifier"] if one["system"] == vocabulary.CLAIM_ORDINAL]
    assert sorted(int(one.rpartition("#")[2]) for one in places) == [*range(1, 10)]


def _large(name: str) -> Resource:
    """An example claim of one line for so many units that the deductible does not last."""
    given = claim(name)
    (line,) = given["item"]
    price = line["unitPrice"]["value"]
    line.update(quantity={"value": 200}, net={**line["net"], "value": 200 * Decimal(price)})
    return {key: value for key, value in given.items() if key != "total"}


Between: TypeAlias = Callable[[Service], Awaitable[object]]


async def _joined(server: Service) -> None:
    """Ottoline's number is mended to the family's, and Pip is billed."""
    await mended(server, OTTOLINE, subscriberId="FV-310077")
    await submitted(server, _large("pip-urgent"))


async def _met(server: Service) -> None:
    """The family's number is mended to Ottoline's, who alone is billed."""
    await submitted(server, _large("pip-urgent"))
    for path in (PIP, BARNABY):
        await mended(server, path, subscriberId="FV-310078")


async def _new_year(server: Service) -> None:
    """The plan's first day is mended, and Pip is billed."""
    await mended(server, await _plan(server, "fernvale"), period={"start": "2026-02-01"})
    await submitted(server, _large("pip-urgent"))


@pytest.mark.parametrize(("number", "between"), [("FV-310078", _joined), ("FV-310078", _met), ("FV-310077", _new_year)])
async def test_what_is_mended_while_a_claim_is_decided_counts_nothing_twice(
    tmp_path: Path, number: str, between: Between
) -> None:
    store = Interrupted(SqliteStore(tmp_path, load.definitions().version, indexer.RECIPE))
    async with serving(cast("Store", store)) as server:
        await practice.load(server.engine)
        await mended(server, OTTOLINE, subscriberId=number)
        store.between = lambda: between(server)
        await submitted(server, _large("ottoline-counselling"))
        assert store.between is None
        assert await _used(server, OTTOLINE, "family") == Decimal("3300.00")
    await store.close()


async def test_a_coverage_that_a_claim_only_names_uses_nothing(server: Service) -> None:
    await another(server, PIP, "second", order=2, subscriberId="MOM-1")
    ottoline = {"reference": "Patient/ottoline-quillfeather"}
    await another(server, PIP, "mom", subscriberId="MOM-1", beneficiary=ottoline)
    given = claim("pip-urgent")
    given["insurance"].append({"sequence": 2, "focal": False, "coverage": {"reference": "Coverage/second"}})
    await submitted(server, given)
    assert [await _used(server, one, "family") for one in ("Coverage/mom", PIP)] == [Decimal(0), URGENT]


@pytest.mark.parametrize("subscriber", [{"reference": "#me"}, {"reference": "Patient?identifier=a"}, {"display": "Me"}])
async def test_a_subscriber_that_is_not_on_this_server_names_no_policy(server: Service, subscriber: Json) -> None:
    contained = [{"resourceType": "RelatedPerson", "id": "me", "patient": {"reference": "Patient/pip-quillfeather"}}]
    held = contained if subscriber.get("reference") == "#me" else None
    await mended(server, PIP, subscriberId=None, subscriber=subscriber, contained=held)
    await submitted(server, claim("pip-urgent"))
    assert [await _used(server, one, "family") for one in (PIP, OTTOLINE)] == [URGENT, Decimal(0)]


async def test_plans_whose_numbers_are_of_different_systems_are_different_plans(server: Service) -> None:
    plan = await _plan(server, "fernvale")
    (own,) = body(await server.get(plan))["identifier"]
    await mended(server, plan, identifier=[own, {"system": "urn:a", "value": "17"}])
    other = [{"system": "urn:b", "value": "17"}, {"system": "urn:b", "value": "SILVER"}]
    await another(server, plan, "silver", identifier=other, period={"start": "2026-07-01"})
    await submitted(server, claim("ottoline-counselling"))
