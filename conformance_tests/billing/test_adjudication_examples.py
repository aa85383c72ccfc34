"""http://hl7.org/fhir/R4/adjudication.html: what becomes of a claim's lines, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance_tests.billing import plans, shown, worked
from conformance_tests.billing.amounts import usd
from operations.billing import accumulators
from operations.billing.accumulators import Accumulators, Used
from operations.billing.adjudication import Adjudication, adjudicate
from operations.billing.charges import Charge
from operations.billing.plan import IN_NETWORK, OUT_OF_NETWORK, Cost, Plan, Service, Yearly
from server.fhir.resource import Json

NETWORKS = {"in": IN_NETWORK, "out": OUT_OF_NETWORK}


@pytest.mark.parametrize("example", worked.load("adjudication"), ids=lambda one: one.name)
def test_a_claim_is_adjudicated_as_worked_by_hand(example: worked.Example) -> None:
    plan = _plan(example.given("plan"))
    terms = plans.terms(plan, example.given("network", IN_NETWORK))
    charges = [_charge(one, place) for place, one in enumerate(example.given("charges"), start=1)]
    found = adjudicate(charges, terms, _used(example.given("used", {}), plan))
    example.expect("lines", lambda lines: [shown.line(line) for line in found.lines])
    example.expect("outcome", lambda _: found.outcome)
    example.expect("after", lambda _: _after(found))
    example.finish()


@pytest.mark.parametrize("entries", [{"name": "a"}, {"name": "a", "outcome": "paid", "linse": []}])
def test_an_example_that_is_not_evaluated_whole_fails(entries: dict[str, Json]) -> None:
    example = worked.Example(entries)
    example.expect("outcome", lambda _: "paid")
    with pytest.raises(AssertionError):
        example.finish()


def _plan(said: Json) -> Plan:
    services = {code: _service(code, one) for code, one in said["services"].items()}
    return plans.plan(services, _yearly(said.get("deductible", {})), _yearly(said.get("maximum", {})))


def _yearly(said: Json) -> Yearly:
    individual, family = (usd(said[name]) if name in said else None for name in ("individual", "family"))
    return Yearly(individual, family)


def _service(code: str, said: Json) -> Service:
    named = {NETWORKS[name]: _cost(said[name]) for name in NETWORKS if name in said}
    costs = named or dict.fromkeys(NETWORKS.values(), _cost(said))
    return Service(code, costs, said.get("authorization", False), said.get("visits"))


def _cost(said: Json) -> Cost:
    copay, percent = said.get("copay"), said.get("percent")
    return Cost(usd(copay) if copay else None, Decimal(percent) if percent else None, said.get("late", False))


def _charge(said: Json, place: int) -> Charge:
    fee = said.get("fee")
    found = plans.charge(
        said["submitted"],
        None if fee == "none" else fee,
        place,
        said.get("day", plans.DAY),
        said.get("category", plans.OFFICE),
        said.get("quantity", "1"),
        said.get("authorized", False),
    )
    if fee != "none":
        return found
    return Charge(found.sequence, found.day, found.category, found.quantity, found.submitted, None)


def _used(said: Json, plan: Plan) -> Accumulators:
    opened = accumulators.opening(plan, plans.DAY)
    member, family = (_spent(said.get(name, ["0.00", "0.00"])) for name in ("member", "family"))
    visits = {code: {at: usd(one) for at, one in by.items()} for code, by in said.get("visits", {}).items()}
    return Accumulators(opened.year, member, family, visits)


def _spent(said: Json) -> Used:
    return Used(usd(said[0]), usd(said[1]))


def _after(found: Adjudication) -> Json:
    both = (("member", found.after.member), ("family", found.after.family))
    return {name: [shown.amount(one.deductible), shown.amount(one.out_of_pocket)] for name, one in both}
