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
    """The built-in payer as one call meets it."""

    engine: Engine
    call: Call

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

    async def network(self, plan: Plan, provider: str, day: date) -> str:
        """The network that a provider is in on a day."""
        roles = await self._roles(provider)
        practices = set(networks.practices_of(provider, roles, day))
        affiliations = [one for practice in sorted(practices) for one in await self._affiliations(practice)]
        return networks.network(plan, provider, roles, affiliations, day)

    async def actors(self, providers: Iterable[str]) -> Mapping[str, Actors]:
        """Who some providers are, by their relative references."""
        return {one: networks.actors(one, await self._roles(one)) for one in dict.fromkeys(providers)}

    async def used(self, plan: Plan, covered: Resource, patient: str, day: date) -> Accumulators:
        """What the posted EOBs of the policy, and of the coverage whatever its policy was, consumed of a plan year."""
        first = plan.year(day).first
        placed = await self._placed_in(covered, first)
        own = [one for one in placed if places.is_of_policy(one, covered, first)]
        found = {one["id"]: one for one in (*own, *await self._of_coverage(covered))}
        return accumulators.of_policy(plan, day, patient, [*found.values()], len(placed) + 1)

    async def _of_coverage(self, covered: Resource) -> list[Resource]:
        """The EOBs of a coverage: its policy's number, or the plan's year, may have been mended since."""
        asked = [("coverage", f"Coverage/{covered['id']}")]
        found = await records.found(self.engine, self.call, "ExplanationOfBenefit", asked)
        return [one.resource for one in records.owned(found, OWNER)]

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

    async def _roles(self, provider: str) -> list[Resource]:
        if provider.startswith("PractitionerRole/"):
            return [one.resource for one in (await records.by_reference(self.engine, [provider])).values()]
        if not provider.startswith("Practitioner/"):
            return []
        found = await records.found(self.engine, self.call, "PractitionerRole", [("practitioner", escape(provider))])
        return [one.resource for one in found]

    async def _affiliations(self, practice: str) -> list[Resource]:
        asked = [("participating-organization", escape(practice))]
        found = await records.found(self.engine, self.call, "OrganizationAffiliation", asked)
        return [one.resource for one in found]
