"""What the coverages that share the yearly amounts of a plan have used of a plan year.

A family shares an account: its coverages are of one policy and plan, as they stand now, so a number that is mended
forgets nothing. What is posted under a coverage stays with it (`operations.HOLDS`).
Source: http://hl7.org/fhir/R4/coverage.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from operations import ordinals, records
from operations.billing import accumulators, coverage, places
from operations.billing.accumulators import Accumulators
from operations.billing.plan import Plan
from operations.persons import Person
from operations.plans import OWNER, Payer
from operations.records import Record
from server.fhir.resource import Resource
from server.search.compiler import Criteria
from server.search.condition import All, Any, Condition, Not
from server.search.values import escape
from server.storage.store import Version


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a coverage as it was read: so much is used of it while `current` are the current versions of the
    coverages of its policy, and nothing meets `absent`.
    """

    used: Accumulators
    current: Sequence[Version]
    absent: Sequence[Condition]


async def read(payer: Payer, plan: Plan, covered: Resource, member: Person, day: date) -> Account:
    """The account of a coverage that is of the plan and the member, in the plan year of a day."""
    taken = await ordinals.last(payer.engine, partial(places.of_policy, coverage.policy(covered)))
    named = await _namesakes(payer, covered)
    shared = {covered["id"], *await _shared(payer, covered, named, day)}
    posted = await _posted(payer, shared, plan.year(day).first)
    used = accumulators.of_policy(plan, day, member.names, posted, taken + 1)
    return Account(used, [one.version for one in named], [_others(payer, covered, named)])


async def _namesakes(payer: Payer, covered: Resource) -> list[Record]:
    """The payor's coverages that are found by what names the policy, among which are all of the policy; while the index
    has not all numbers, out of all of the payor.
    """
    narrow = [] if await payer.engine.store.outdated(1) else [_name(covered)]
    found = await records.found(payer.engine, payer.call, "Coverage", [_of_payor(covered), *narrow])
    return [one for one in found if _folded(_name(covered)) in map(_folded, _names(one.resource))]


def _others(payer: Payer, covered: Resource, known: Sequence[Record]) -> Condition:
    """What else is found by what names the policy, once it is there."""
    criteria = Criteria(payer.engine.definitions, "Coverage", payer.call.request.now)
    ids = [criteria.condition([("_id", one.row.id)]) for one in known]
    return All((criteria.condition([_of_payor(covered), _name(covered)]), Not(Any(tuple(ids)))))


def _of_payor(covered: Resource) -> tuple[str, str]:
    return "payor", escape(coverage.payor(covered))


def _name(covered: Resource) -> tuple[str, str]:
    """What names the policy of a coverage, as a search of coverages: number or subscriber, else the coverage itself."""
    return next(_names(covered))


def _names(covered: Resource) -> Iterator[tuple[str, str]]:
    """What a coverage is found by."""
    number, subscriber = covered.get("subscriberId"), coverage.subscriber(covered)
    if number:
        yield "subscriberid", escape(number)
    if subscriber:
        yield "subscriber", escape(subscriber)
    yield "_id", covered["id"]


def _folded(name: tuple[str, str]) -> tuple[str, str]:
    """A search as it is done: numbers without regard to case."""
    return name[0], name[1].casefold()


async def _shared(payer: Payer, covered: Resource, named: Sequence[Record], day: date) -> list[str]:
    """The ids of those that are of just this policy and of the same plan on a day."""
    rules = await payer.rules(covered)
    plan, own = coverage.plan_of(covered, rules, day), coverage.policy(covered)
    same = (one.resource for one in named if coverage.policy(one.resource) == own)
    return [one["id"] for one in same if plan is not None and coverage.plan_of(one, rules, day) is plan]


async def _posted(payer: Payer, ids: Iterable[str], first: date) -> list[Resource]:
    """The EOBs that bill any of some coverages, and not only name it, for services from a day on and maybe before."""
    wanted = sorted(f"Coverage/{one}" for one in ids)
    asked = [("coverage", ",".join(wanted)), records.since(first)]
    found = await records.found(payer.engine, payer.call, "ExplanationOfBenefit", asked)
    return [one.resource for one in records.owned(found, OWNER) if coverage.billed(one.resource) in wanted]
