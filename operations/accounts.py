"""What the coverages that share the yearly amounts of a plan have used of a plan year.

A family shares an account: its coverages are of one policy and plan, as they stand now, so a number that is mended
forgets nothing. Who left the policy has still used what it used; who was in it by mistake has not.
Source: http://hl7.org/fhir/R4/coverage.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from operations import ordinals, records
from operations.billing import accumulators, coverage, places
from operations.billing.accumulators import Accumulators
from operations.billing.plan import Plan
from operations.plans import OWNER, Payer
from server.fhir.resource import Resource
from server.search.values import escape

_YEAR = 20
"""How many EOBs of a policy are asked for at a time."""


async def used(payer: Payer, plan: Plan, covered: Resource, day: date) -> Accumulators:
    """What the posted EOBs of the account of a coverage, which is of the plan, consumed of the plan year of a day."""
    first = plan.year(day).first
    placed = await _placed_in(payer, covered, first)
    shared = await _shared(payer, covered, day)
    former = [one for one in placed if places.is_of_policy(one, covered, first)]
    mistaken = await _elsewhere(payer, covered, {coverage.billed(one) for one in former} - shared)
    counted = [*await _of(payer, shared, first), *(one for one in former if coverage.billed(one) not in mistaken)]
    own = {one["id"]: one for one in counted if coverage.reference(one["insurer"]) == coverage.payor(covered)}
    member = coverage.reference(covered["beneficiary"])
    return accumulators.of_policy(plan, day, member, [*own.values()], len(placed) + 1)


async def _shared(payer: Payer, covered: Resource, day: date) -> set[str]:
    """References to the coverages of the account, the given one among them."""
    rules = await payer.rules(covered)
    mine = coverage.plan_of(covered, rules, day)
    policy = [one for one in await _candidates(payer, covered) if coverage.policy(one) == coverage.policy(covered)]
    plan = [one["id"] for one in policy if coverage.plan_of(one, rules, day) is mine]
    return {f"Coverage/{one}" for one in (*plan, covered["id"])}


async def _candidates(payer: Payer, covered: Resource) -> Sequence[Resource]:
    """The payor's coverages of the policy, and others while numbers may not be in the index yet."""
    named = _named(covered)
    if named is None:
        return ()
    narrow = [] if await payer.engine.store.outdated(1) else [named]
    asked = [("payor", escape(coverage.payor(covered))), *narrow]
    return [one.resource for one in await records.found(payer.engine, payer.call, "Coverage", asked)]


def _named(covered: Resource) -> tuple[str, str] | None:
    """What finds the coverages of a policy; None for a coverage that is a policy by itself."""
    number, subscriber = covered.get("subscriberId"), coverage.reference(covered.get("subscriber", {}))
    if number:
        return "subscriberid", escape(number)
    return ("subscriber", escape(subscriber)) if subscriber else None


async def _of(payer: Payer, shared: Iterable[str], first: date) -> list[Resource]:
    """The EOBs that bill any of some coverages for services from a day on, and maybe others."""
    asked = [("coverage", ",".join(map(escape, sorted(shared)))), records.since(first)]
    found = await records.found(payer.engine, payer.call, "ExplanationOfBenefit", asked)
    return [one.resource for one in records.owned(found, OWNER)]


async def _elsewhere(payer: Payer, covered: Resource, references: Iterable[str]) -> frozenset[str]:
    """Those of some coverages that are the payor's and of another account."""
    found = await records.by_reference(payer.engine, references)
    return frozenset(key for key, one in found.items() if coverage.payor(one.resource) == coverage.payor(covered))


async def _placed_in(payer: Payer, covered: Resource, year: date) -> list[Resource]:
    """The EOBs that have their place in the order of the policy."""
    listed: list[Resource] = []
    while True:
        numbers = range(len(listed) + 1, len(listed) + 1 + _YEAR)
        part = await ordinals.taken(payer.engine, places.of_policy(covered, year, numbers))
        listed += part
        if len(part) < _YEAR:
            return listed
