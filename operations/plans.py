"""What a payer knows beside the claim: the plan, its fees, the network, and what is used up of the year.

Source: http://hl7.org/fhir/R4/insuranceplan.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from operations import records
from operations.billing import accumulators, benefits, coverage, fees, networks, places, vocabulary
from operations.billing.accumulators import Accumulators
from operations.billing.fees import Schedule
from operations.billing.networks import Actors
from operations.billing.plan import Plan
from operations.records import Record
from server.fhir.resource import Json, Resource
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.search.values import escape

OWNER = "Claim/$submit"
"""What owns the EOBs that this payer decided; others that say the same were decided elsewhere."""
_YEAR = 20
"""How many EOBs of a policy are asked for at a time."""


@dataclass(frozen=True, slots=True)
class Payer:
    """The built-in payer as one call meets it; `along` are resources that the call brings along."""

    engine: Engine
    call: Call
    along: Sequence[Resource] = ()

    async def plan(self, covered: Resource, day: date) -> Plan | None:
        """The plan of a coverage on a day; raises Unprocessable for one that cannot be read."""
        payor = coverage.payor(covered)
        if not payor.startswith("Organization/"):
            return None
        owned = await records.found(self.engine, self.call, "InsurancePlan", [("owned-by", payor)])
        found = coverage.plan_of(covered, [one.resource for one in owned], day)
        return benefits.read(found) if found else None

    async def schedule(self, plan: Plan, items: Sequence[Json]) -> Schedule:
        """The fees of a plan for some lines."""
        rows = dict.fromkeys(row for item in items for row in fees.rows_of(item))
        condition = records.identified("ChargeItemDefinition", plan.fee_schedule, rows)
        definitions = await records.matching(self.engine, condition)
        return fees.read([one.resource for one in definitions], plan.fee_schedule, plan.currency)

    async def networks(self, plan: Plan, provider: str, days: Iterable[date]) -> frozenset[str]:
        """The networks that a provider is in on some days."""
        met, roles = list(days), await self._roles([provider])
        practices = {one for day in met for one in networks.practices_of(provider, roles, day)}
        affiliations = await self._affiliations(sorted(practices))
        return frozenset(networks.network(plan, provider, roles, affiliations, day) for day in met)

    async def actors(self, providers: Iterable[str]) -> Mapping[str, Actors]:
        """Who some providers are, by their relative references."""
        named = list(dict.fromkeys(providers))
        roles = await self._roles(named)
        return {one: networks.actors(one, roles) for one in named}

    async def used(self, plan: Plan, covered: Resource, patient: str, day: date) -> Accumulators:
        """What the posted EOBs of the policy, and of the coverage whatever its policy was, consumed of a plan year."""
        first = plan.year(day).first
        placed = await self._placed_in(covered, first)
        own = [one for one in placed if places.is_of_policy(one, covered, first)]
        found = {one["id"]: one for one in (*own, *await self._of_coverage(covered))}
        return accumulators.of_policy(plan, day, patient, [*found.values()], len(placed) + 1)

    async def _of_coverage(self, covered: Resource) -> list[Resource]:
        """The payor's EOBs of a coverage: its policy's number, or the plan's year, may have been mended since."""
        asked = [("coverage", f"Coverage/{covered['id']}")]
        found = await records.found(self.engine, self.call, "ExplanationOfBenefit", asked)
        decided = (one.resource for one in records.owned(found, OWNER))
        return [one for one in decided if coverage.reference(one["insurer"]) == coverage.payor(covered)]

    async def _placed_in(self, covered: Resource, year: date) -> list[Resource]:
        """The EOBs that have their place in the order of the policy."""
        listed: list[Resource] = []
        while True:
            numbers = range(len(listed) + 1, len(listed) + 1 + _YEAR)
            part = await self._placed(places.of_policy(covered, year, numbers))
            listed += part
            if len(part) < _YEAR:
                return listed

    async def _placed(self, identifiers: Sequence[Resource]) -> list[Resource]:
        values = [one["value"] for one in identifiers]
        condition = records.identified("ExplanationOfBenefit", vocabulary.BENEFIT_ORDINAL, values)
        return [one.resource for one in records.owned(await records.matching(self.engine, condition), OWNER)]

    async def _roles(self, providers: Sequence[str]) -> list[Resource]:
        """The PractitionerRoles among providers, those of the practitioners among them, and those that come along."""
        themselves = await records.by_reference(self.engine, providers)
        named = [one for one in providers if one.startswith("Practitioner/")]
        found = [*themselves.values(), *await self._of_any("PractitionerRole", "practitioner", named)]
        return [one for one in (*(each.resource for each in found), *self.along) if _is_role(one)]

    async def _affiliations(self, practices: Sequence[str]) -> list[Resource]:
        found = await self._of_any("OrganizationAffiliation", "participating-organization", practices)
        return [one.resource for one in found]

    async def _of_any(self, type: str, parameter: str, references: Sequence[str]) -> Sequence[Record]:
        """The resources that refer to any of these."""
        asked = [(parameter, ",".join(map(escape, references)))]
        return await records.found(self.engine, self.call, type, asked) if references else ()


def _is_role(one: Resource) -> bool:
    return bool(one["resourceType"] == "PractitionerRole")
