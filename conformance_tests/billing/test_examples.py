"""The example practice: valid, whole, invented, and adjudicated to the amounts worked by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from conformance_tests.billing import practice, resources, shown, worked
from operations.billing import (
    accumulators,
    adjudicated,
    charges,
    claim_response,
    coverage,
    eligibility,
    explanation_of_benefit,
    fees,
    npi,
    vocabulary,
)
from operations.billing.accumulators import Used
from operations.billing.days import Days
from operations.billing.eligibility import Inquiry
from server.fhir import codec
from server.fhir.resource import Json, Resource

CLAIMS = worked.load("examples")
FILES = [*practice.files("practice"), *practice.files("claims")]


def _walk(value: Json) -> Iterator[tuple[str, Json]]:
    for name, one in value.items() if isinstance(value, dict) else ():
        yield name, one
        yield from _walk(one)
    for one in value if isinstance(value, list) else ():
        yield from _walk(one)


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.name)
def test_a_file_is_valid(file: Json) -> None:
    assert resources.problems(codec.decode_resource(file.read_bytes())) == []


def test_every_bundle_is_a_transaction_that_can_be_loaded_again() -> None:
    seen: set[str] = set()
    for file in practice.files("practice"):
        bundle = codec.decode_resource(file.read_bytes())
        assert bundle["type"] == "transaction"
        for entry in bundle["entry"]:
            url = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
            assert entry["request"] == {"method": "PUT", "url": url}
            assert url not in seen
            seen.add(url)


def test_every_file_refers_to_itself_and_to_earlier_ones_only() -> None:
    known: set[str] = set()
    for file in FILES:
        content = codec.decode_resource(file.read_bytes())
        known |= {one["request"]["url"] for one in content.get("entry", ())}
        named = {one for name, one in _walk(content) if name == "reference"}
        assert named <= known, file.name


def test_all_of_it_is_invented_and_says_no_licensed_words() -> None:
    for file in FILES:
        for name, value in _walk(codec.decode_resource(file.read_bytes())):
            assert name != "display"
            assert value != vocabulary.CPT
            if name == "telecom":
                assert all(re.search(r" 555 01\d\d$|@[a-z]+\.example$", one["value"]) for one in value)


def test_every_provider_number_has_its_check_digit() -> None:
    numbers = [one for each in practice.stored().values() for one in vocabulary.identifiers(each, vocabulary.NPI)]
    assert len(numbers) == len(set(numbers)) == 3
    assert all(npi.valid(number) for number in numbers)


COVERED = {
    "ottoline-quillfeather-fernvale": "Fernvale Saver HDHP",
    "barnaby-quillfeather-fernvale": "Fernvale Saver HDHP",
    "pip-quillfeather-fernvale": "Fernvale Saver HDHP",
    "mirabel-thistledown-larkspur": "Larkspur Choice PPO",
    "saffron-nettlebed-harborlight": "Harborlight Home HMO",
    "casimir-wobblewood-larkspur": "Larkspur Choice PPO",
}


def test_every_coverage_has_a_plan_and_all_but_one_are_in_force() -> None:
    found = {one["id"]: practice.plan_of(one, practice.TODAY) for one in practice.of_type("Coverage")}
    assert {id: plan and plan.name for id, plan in found.items()} == COVERED
    lapsed = [one["id"] for one in practice.of_type("Coverage") if not coverage.in_force(one, practice.TODAY)]
    assert lapsed == ["casimir-wobblewood-larkspur"]
    family = {coverage.policy(one) for one in practice.of_type("Coverage") if "quillfeather" in one["id"]}
    assert family == {"Organization/fernvale#FV-310077"}
    covered = {coverage.reference(one["beneficiary"]) for one in practice.of_type("Coverage")}
    assert {f"Patient/{one['id']}" for one in practice.of_type("Patient")} - covered == {"Patient/enoch-marzipan"}


@pytest.mark.parametrize("covered", practice.of_type("Coverage"), ids=lambda one: str(one["id"]))
def test_every_coverage_is_answered(covered: Resource) -> None:
    plan = practice.plan_of(covered, practice.TODAY)
    assert plan is not None
    request = eligibility.request(covered, practice.TODAY, "q", f"{practice.TODAY}")
    used = accumulators.opening(plan, practice.TODAY)
    today = Days(practice.TODAY, practice.TODAY)
    built = eligibility.respond(Inquiry(request, covered, today, plan, used), "a", f"{practice.TODAY}")
    assert resources.problems(request) == []
    assert resources.problems(built) == []
    assert built["insurance"][0]["inforce"] is (covered["id"] != "casimir-wobblewood-larkspur")


@pytest.mark.parametrize("plan", practice.of_type("InsurancePlan"), ids=lambda one: str(one["id"]))
def test_every_plan_has_a_fee_for_every_service_of_the_practice(plan: Resource) -> None:
    covered = next(one for one in practice.of_type("Coverage") if one["payor"] == [plan["ownedBy"]])
    terms = practice.plan_of(covered, practice.TODAY)
    assert terms is not None
    prices = fees.read(practice.of_type("ChargeItemDefinition"), "https://willowmere.example/prices", "USD")
    allowed = practice.schedule(terms)
    assert set(allowed.rows) == set(prices.rows)
    for code, (price,) in prices.rows.items():
        (fee,) = allowed.rows[code]
        assert fee.times(Decimal(1)) < price.times(Decimal(1))
        assert fee.category == price.category


@pytest.mark.parametrize("example", CLAIMS, ids=lambda one: one.name)
def test_a_claim_comes_to_the_amounts_worked_by_hand(example: worked.Example) -> None:
    _, issues = practice.scrubbed(example.name)
    example.expect("refused", lambda _: [one.diagnostics.partition(":")[0] for one in issues])
    if issues:
        return example.finish()
    decision = practice.decided(example.name, example.given("earlier", []))
    judged = decision.adjudication
    example.expect("network", lambda _: judged.terms.network)
    example.expect("lines", lambda _: [shown.line(one) for one in judged.lines])
    example.expect("outcome", lambda _: judged.outcome)
    example.expect("paid", lambda _: shown.amount(judged.total(adjudicated.AMOUNTS["benefit"])))
    example.expect("owed", lambda _: shown.amount(judged.total(adjudicated.AMOUNTS["memberliability"])))
    example.expect("used", lambda _: {"member": _used(judged.after.member), "family": _used(judged.after.family)})
    for build in (claim_response.build, explanation_of_benefit.build):
        assert resources.problems(build(decision)) == []
    return example.finish()


def test_every_example_claim_is_worked() -> None:
    assert sorted(f"{one.name}.json" for one in CLAIMS) == [one.name for one in practice.files("claims")]


def test_the_lines_of_a_claim_are_priced_by_the_practices_own_list() -> None:
    prices = fees.read(practice.of_type("ChargeItemDefinition"), "https://willowmere.example/prices", "USD")
    for example in CLAIMS:
        for one in charges.of_claim(practice.claim(example.name), prices):
            assert one.submitted == one.allowed


def _used(used: Used) -> list[str]:
    return [shown.amount(used.deductible), shown.amount(used.out_of_pocket)]
