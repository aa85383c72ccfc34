"""What a payer knows beside the claim: the plan, its fees, and the network.

Source: http://hl7.org/fhir/R4/insuranceplan.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from operations import records
from operations.billing import benefits, coverage, fees, networks
from operations.billing import case as cases
from operations.billing.fees import Schedule
from operations.billing.networks import Actors
from operations.billing.plan import Plan
from operations.records import Record
from server.fhir import resource
from server.fhir.resource import Json, Resource
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.search.values import escape

OWNER = "Claim/$submit"
"""What owns the EOBs that this payer decided; others that say the same were decided elsewhere."""


@dataclass(frozen=True, slots=True)
class Payer:
    """The built-in payer as one call meets it; `along` are resources that the call brings along.

    What plans a payor has is read once, so that all of a decision stands on the same.
    """

    engine: Engine
    call: Call
    along: Sequence[Resource] = ()
    _owned: dict[str, Sequence[Resource]] = field(default_factory=dict)

    async def plan(self, covered: Resource, day: date) -> Plan | None:
        """The plan of a coverage on a day; raises Unprocessable for one that cannot be read."""
        rules = await self.rules(covered)
        found = coverage.plan_of(covered, rules, day)
        return benefits.read(found, coverage.rules_of(found, rules)) if found else None

    async def rules(self, covered: Resource) -> Sequence[Resource]:
        """The InsurancePlans of the payor of a coverage; none where that is no organization."""
        payor = coverage.payor(covered)
        if not coverage.insured(covered):
            return ()
        if payor not in self._owned:
            owned = await records.found(self.engine, self.call, "InsurancePlan", [("owned-by", escape(payor))])
            self._owned[payor] = [one.resource for one in owned]
        return self._owned[payor]

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
        further = [coverage.reference(one) for role in roles for _, one in cases.of_role(role)]
        stored = await records.by_reference(self.engine, [*named, *further])
        along = {resource.key(one): one for one in self.along}
        known = {**{key: one.resource for key, one in stored.items()}, **along}
        return {one: networks.actors(one, roles, known) for one in named}

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
