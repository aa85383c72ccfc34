"""Whatever valid claim, coverage, plan or payment is sent, it is answered: billed, or refused with its paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_tests.billing import decisions, resources, test_posting
from conformance_tests.billing.test_posting import EXPLANATIONS
from operations.billing import benefits, claim_response, explanation_of_benefit, facts, fees, posted, posting, scrub
from operations.billing.payment import Payment
from operations.billing.scrub import RULES
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

ABSENT = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
Place: TypeAlias = tuple[Json, str | int]
"""A container of a resource, and the key or index of one of its values."""


def _places(value: Json) -> Iterator[Place]:
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(one, dict | list):
            yield from _places(one)


@st.composite
def changed(draw: st.DrawFn, original: Resource) -> Resource:
    """A valid resource that lacks some of what the original has, or says that it is unknown."""
    resource = original
    for _ in range(draw(st.integers(1, 4))):
        less = _less(resource, draw(st.integers(0, 500)), draw(st.booleans()))
        if {"resourceType", "id"} <= less.keys() and resources.problems(less) == []:
            resource = less
    return resource


def _less(resource: Resource, place: int, told: bool) -> Resource:
    found = deepcopy(resource)
    places = list(_places(found))
    container, key = places[place % len(places)]
    lost = container.pop(key)
    if told and isinstance(container, dict) and not isinstance(lost, dict | list):
        container[f"_{key}"] = deepcopy(ABSENT)
    return found


@settings(max_examples=150)
@given(changed(resources.CLAIM))
def test_any_claim_is_billed_or_refused(claim: Resource) -> None:
    facts.imported(claim)
    if found := scrub.issues(resources.case(claim)):
        assert {one.diagnostics.partition(":")[0] for one in found} <= {rule.id for rule in RULES}
        return
    decision = decisions.decide(claim)
    for build in (claim_response.build, explanation_of_benefit.build):
        assert resources.problems(build(decision)) == []
    assert posted.of_claim(claim, "Organization/payer", "2026-03-10")


@given(changed(resources.COVERAGE))
def test_a_claim_on_any_coverage_is_billed_or_refused(covered: Resource) -> None:
    case = resources.case()
    scrub.issues(resources.case(resources={**case.resources, "Coverage/own": covered}))


@given(changed(resources.PLAN))
def test_any_plan_is_read_or_refused_with_a_path(plan: Resource) -> None:
    expression = _refused(lambda: benefits.read(plan))
    assert expression is None or expression.startswith("InsurancePlan")


@given(changed(resources.SCHEDULE[0]))
def test_any_fee_is_read_or_refused_with_a_path(row: Resource) -> None:
    expression = _refused(lambda: fees.read([row], resources.FEES, "USD"))
    assert expression in (None, "ChargeItemDefinition.propertyGroup")


@given(changed({**test_posting.REMITTANCE, "id": "p"}))
def test_any_payment_is_posted_or_refused(reconciliation: Resource) -> None:
    facts.imported(reconciliation)
    payment = Payment(reconciliation, EXPLANATIONS, True, test_posting.TODAY)
    if not posting.issues(payment):
        assert posting.applied(payment) or not payment.claims
        assert posting.recorded(payment, "p")["identifier"]


@given(changed(explanation_of_benefit.build(decisions.decide(resources.CLAIM))))
def test_any_explanation_has_facts(explanation: Resource) -> None:
    assert all(one.imported for one in facts.imported(explanation))


def _refused(read: Callable[[], object]) -> str | None:
    """The path that a reading is refused for; None where it is not."""
    try:
        read()
    except Unprocessable as error:
        return error.issues[0].expression
    return None
