"""PaymentReconciliation/$post: what a payment says is acted on or refused, and no payment is taken for another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance_tests.interactions.serving import Service, body, issues
from conformance_tests.operations.claims import all_of, claim, explanation, payment, submitted
from operations import post, records
from server.fhir.resource import Json, Resource
from server.interactions import write
from server.interactions.write import Draft

pytestmark = pytest.mark.anyio

ROOT = "PaymentReconciliation"
POSTING = "https://almoner.example/sid/posting"
EXTENDED = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
}


async def _paid(server: Service, **elements: Json) -> Resource:
    """A payment of a dollar for a claim that is submitted."""
    response = await submitted(server, claim("mirabel-visit"))
    return payment((response, "1.00"), **elements)


async def _posted(server: Service, given: Resource) -> Resource:
    answer = await server.post(f"{ROOT}/$post", given)
    assert answer.status_code == 200, answer.text
    return body(answer)


def _detail(**elements: Json) -> Callable[[Resource], object]:
    return lambda given: given["detail"][0].update(elements)


def _whole(**elements: Json) -> Callable[[Resource], object]:
    return lambda given: given.update(elements)


@pytest.mark.parametrize(
    ("change", "code", "expression"),
    [
        (_detail(payee={"reference": "Organization/larkspur"}), "not-supported", "detail[0].payee"),
        (_detail(payee={"display": "somebody"}), "not-supported", "detail[0].payee"),
        (_detail(predecessor={"value": "EFT-0"}), "not-supported", "detail[0].predecessor"),
        (_whole(paymentDate="2026-11-25"), "business-rule", "paymentDate"),
        (_whole(paymentDate="2027"), "business-rule", "paymentDate"),
        (_whole(outcome="partial"), "not-supported", "outcome"),
        (_whole(outcome="error"), "not-supported", "outcome"),
        (_whole(_outcome=EXTENDED), "not-supported", "outcome"),
        (_whole(paymentAmount={"value": 1}), "value", "paymentAmount"),
    ],
)
async def test_what_a_payment_says_and_is_not_acted_on_is_refused(
    server: Service, change: Callable[[Resource], object], code: str, expression: str
) -> None:
    given = await _paid(server)
    change(given)
    answer = await server.post(f"{ROOT}/$post", given)
    assert (answer.status_code, issues(answer)) == (422, [("error", code, f"{ROOT}.{expression}")])
    assert await all_of(server, ROOT) == []


async def test_a_payment_says_on_which_day_it_is_made(server: Service) -> None:
    given = {**await _paid(server), "_paymentDate": EXTENDED}
    del given["paymentDate"]
    answer = await server.post(f"{ROOT}/$post", given)
    assert (answer.status_code, issues(answer)) == (422, [("error", "business-rule", f"{ROOT}.paymentDate")])


async def test_the_provider_of_the_claim_is_its_payee(server: Service) -> None:
    given = await _paid(server)
    response = {"request": given["detail"][0]["request"]}
    given["detail"][0]["payee"] = (await explanation(server, response))["provider"]
    assert (await _posted(server, given))["detail"][0]["payee"] == given["detail"][0]["payee"]


async def test_a_payment_is_stored_as_it_was_sent(server: Service) -> None:
    told = {
        "created": "2026-11-20",
        "period": {"start": "2026-11-01", "end": "2026-11-20"},
        "requestor": {"reference": "Organization/willowmere"},
        "request": {"reference": "Task/1"},
        "disposition": "paid",
        "formCode": {"text": "A"},
        "processNote": [{"type": "print", "text": "x"}],
    }
    found = await _posted(server, await _paid(server, **told))
    assert {name: found[name] for name in told} == told


def _numbered(system: str, value: str) -> Resource:
    return {"system": system, "value": value}


async def test_payments_whose_numbers_only_look_alike_are_both_posted(server: Service) -> None:
    first = await _paid(server, paymentIdentifier=_numbered("urn:a", "x#y"))
    second = {**first, "paymentIdentifier": _numbered("urn:a#x", "y")}
    for given in (first, second):
        await _posted(server, given)
    for given in (first, second):
        again = await server.post(f"{ROOT}/$post", given)
        assert issues(again) == [("error", "duplicate", f"{ROOT}.paymentIdentifier")]


async def test_what_an_earlier_version_posted_by_such_a_number_is_posted(server: Service) -> None:
    given = await _paid(server, paymentIdentifier=_numbered("urn:a", "x#y"))
    identity = {"system": POSTING, "value": "Organization/larkspur#urn:a#x#y"}
    earlier = {**given, "id": "earlier", "identifier": [identity]}
    await write.commit(server.engine, server.engine.clock(), [Draft(earlier, owner=post.OWNER, facts=())])
    again = await server.post(f"{ROOT}/$post", given)
    assert (again.status_code, issues(again)) == (422, [("error", "duplicate", f"{ROOT}.paymentIdentifier")])
    await _posted(server, {**given, "paymentIdentifier": _numbered("urn:a#x", "y")})


async def test_a_payment_for_more_claims_than_are_looked_at_is_refused_not_read_in_part(server: Service) -> None:
    given = await _paid(server)
    (real,) = given["detail"]
    listed = [{"type": real["type"], "request": {"reference": f"Claim/{number}"}} for number in range(records.MOST)]
    answer = await server.post(f"{ROOT}/$post", {**given, "detail": [*listed, real]})
    assert (answer.status_code, issues(answer)) == (400, [("error", "too-costly", "")])


async def test_a_payment_for_many_claims_finds_the_last_of_them(server: Service) -> None:
    given = await _paid(server)
    (real,) = given["detail"]
    listed = [{"type": real["type"], "request": {"reference": f"Claim/{number}"}} for number in range(2_000)]
    answer = await server.post(f"{ROOT}/$post", {**given, "detail": [*listed, real]})
    assert len([one for one in issues(answer) if one[1] == "not-found"]) == 2_000


async def test_a_plain_write_on_what_was_posted_is_refused_by_what_made_it(server: Service) -> None:
    response = await submitted(server, claim("mirabel-visit"))
    posted = await _posted(server, payment((response, "1.00")))
    made = {
        f"ExplanationOfBenefit/{(await explanation(server, response))['id']}": "Claim/$submit",
        response["request"]["reference"]: "Claim/$submit",
        f"{ROOT}/{posted['id']}": f"{ROOT}/$post",
    }
    for reference, operation in made.items():
        answer = await server.delete(reference)
        assert answer.status_code == 409
        assert body(answer)["issue"][0]["diagnostics"] == (
            f"{reference} was made by {operation}: no plain update or delete changes it"
        )


async def test_why_what_was_billed_is_not_deleted_or_moved_is_said(server: Service) -> None:
    await submitted(server, claim("mirabel-visit"))
    reference = claim("mirabel-visit")["insurance"][0]["coverage"]["reference"]
    covered = body(await server.get(reference))
    deleted = await server.delete(reference)
    moved = await server.put(reference, {**covered, "payor": [{"reference": "Organization/harborlight"}]})
    why = "Claim/$submit has posted what refers to it"
    assert [(one.status_code, body(one)["issue"][0]["diagnostics"]) for one in (deleted, moved)] == [
        (409, f"{reference} is not deleted: {why}"),
        (409, f"{reference} stays as it is in beneficiary and payor: {why}"),
    ]
