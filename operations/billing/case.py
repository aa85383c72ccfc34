"""A claim to be scrubbed, with what the server has of all it refers to.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo

from operations.billing import coverage, days, networks, vocabulary
from operations.billing.days import Days
from operations.billing.fees import Schedule
from operations.billing.networks import Actors
from operations.billing.plan import Plan
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource


@dataclass(frozen=True, slots=True)
class Case:
    """`resources` are by relative reference: what `references` leads to, and what `of_referred` does from there; `now`
    is in the zone of the practice.

    What the claim refers to and is not among them does not exist. `plan` is that of the focal coverage, None when there
    is none or it has `plan_faults`; `schedule` has its fees, `networks` those that the provider is in on the days of
    service. `people` are the Patients that the patient is, `insured` its coverages, `earlier` its EOBs since the first
    day of service, `actors` whom each provider of one acts for.
    """

    claim: Resource
    resources: Mapping[str, Resource]
    now: datetime
    plan: Plan | None = None
    earlier: Sequence[Resource] = ()
    plan_faults: Sequence[Issue] = ()
    schedule: Schedule | None = None
    networks: frozenset[str] = frozenset()
    actors: Mapping[str, Actors] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    insured: Sequence[Resource] = ()
    only: int | None = None

    @property
    def today(self) -> date:
        """The day, in the zone of the practice."""
        return self.now.date()

    @property
    def zone(self) -> tzinfo:
        """The zone of the practice."""
        return self.now.tzinfo or UTC

    def is_patient(self, reference: Json) -> bool:
        """Whether a Reference is to the patient, or to another record of it; true of any when that is not known."""
        patient = self.claim["patient"]
        named = coverage.reference(reference)
        return self.found(patient) is None or named in {coverage.reference(patient), *self.people}

    def found(self, reference: Json) -> Resource | None:
        """What a Reference leads to."""
        return self.resources.get(coverage.reference(reference))

    def named(self, reference: Json) -> list[Resource]:
        """What a Reference leads to; of a PractitionerRole, practitioner and organization too."""
        found = self.found(reference)
        further = [self.found(one) for _, one in of_role(found)] if found else []
        return [one for one in (found, *further) if one is not None]

    def actor(self, claim: Resource) -> Actors:
        """Who the provider of this claim, or of an earlier EOB, is."""
        provider = claim["provider"]
        named = coverage.reference(provider)
        found = self.actors.get(named) or networks.actors(named, (), {})
        return found if claim is self.claim else replace(found, own=found.own | _number(provider))

    @property
    def number(self) -> str:
        """The NPI of the provider: its own, or else its practice's; empty where it has none."""
        found = (vocabulary.identifiers(one, vocabulary.NPI) for one in self.named(self.claim["provider"]))
        return next((number for numbers in found for number in numbers), "")

    @property
    def lines(self) -> list[tuple[str, Json]]:
        """Each line with its FHIRPath; where `only` says which, that one alone."""
        listed = [(f"Claim.item[{place}]", item) for place, item in enumerate(self.claim.get("item", ()))]
        return listed if self.only is None else listed[self.only : self.only + 1]

    @property
    def dated(self) -> list[tuple[str, Days]]:
        """Each line that says when, by the FHIRPath of the line."""
        found = ((path, days.serviced(item)) for path, item in self.lines)
        return [(path, when) for path, when in found if when is not None]

    @property
    def focal(self) -> tuple[str, Json]:
        """The insurance that is billed, with its FHIRPath; empty where not exactly one is focal."""
        focal = [
            (f"Claim.insurance[{at}]", one)
            for at, one in enumerate(self.claim.get("insurance", ()))
            if one.get("focal")
        ]
        return focal[0] if len(focal) == 1 else ("Claim.insurance", {})

    @property
    def coverage(self) -> Resource | None:
        """The coverage that is billed."""
        return self.found(self.focal[1].get("coverage", {}))

    @property
    def conditions(self) -> list[tuple[str, Resource]]:
        """Each diagnosis that is a Condition on this server, with its FHIRPath."""
        listed = enumerate(self.claim.get("diagnosis", ()))
        found = ((place, self.found(one.get("diagnosisReference", {}))) for place, one in listed)
        return [(f"Claim.diagnosis[{place}].diagnosis", one) for place, one in found if one is not None]

    @property
    def encounters(self) -> list[tuple[str, Json, Resource | None]]:
        """Each reference of a line to an encounter, with its FHIRPath, and what it leads to."""
        return [
            (f"{path}.encounter[{place}]", one, self.found(one))
            for path, item in self.lines
            for place, one in enumerate(item.get("encounter", ()))
        ]


def _number(provider: Json) -> frozenset[str]:
    """The NPI that an EOB states of its provider."""
    return frozenset(vocabulary.identifiers({"identifier": [provider.get("identifier", {})]}, vocabulary.NPI))


def references(claim: Resource) -> Iterator[tuple[str, Json]]:
    """Every Reference that scrubbing follows, with its FHIRPath."""
    for name in ("patient", "provider", "insurer", "facility"):
        if name in claim:
            yield f"Claim.{name}", claim[name]
    for group, name in (("insurance", "coverage"), ("careTeam", "provider"), ("diagnosis", "diagnosisReference")):
        for place, one in enumerate(claim.get(group, ())):
            if name in one:
                yield f"Claim.{group}[{place}].{_path(name)}", one[name]
    for place, item in enumerate(claim.get("item", ())):
        for inner, one in enumerate(item.get("encounter", ())):
            yield f"Claim.item[{place}].encounter[{inner}]", one


def _path(name: str) -> str:
    """The FHIRPath name of an element: a choice goes without its type."""
    return "diagnosis" if name == "diagnosisReference" else name


def of_role(resource: Resource) -> Iterator[tuple[str, Json]]:
    """The References of a PractitionerRole that scrubbing follows, with their FHIRPath; none of any other resource."""
    for name in ("practitioner", "organization"):
        if resource["resourceType"] == "PractitionerRole" and name in resource:
            yield f"PractitionerRole.{name}", resource[name]


def of_referred(resource: Resource) -> Iterator[tuple[str, Json]]:
    """The References of what a claim refers to that scrubbing follows: of a role, and the payors of a coverage."""
    yield from of_role(resource)
    for place, one in enumerate(resource.get("payor", ()) if resource["resourceType"] == "Coverage" else ()):
        yield f"Coverage.payor[{place}]", one
