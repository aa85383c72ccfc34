"""A claim to be scrubbed, with what the server has of all it refers to.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo

from operations.billing import coverage, days, networks, readable, vocabulary
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
    day of service, `actors` whom each provider of one acts for. `only` narrows groups to one
    element each.
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
    only: Mapping[str, int] = field(default_factory=dict)

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

    def each(self, group: str) -> Iterator[Case]:
        """The case of each element of a group alone: `item`, or `item.encounter` for those of each line."""
        return (replace(self, only=places) for places in _places(self.claim, group.split(".")))

    def listed(self, name: str, element: Json = None, path: str = "Claim") -> list[tuple[str, Json]]:
        """Each element of a group, in the claim or in an element of it, with its FHIRPath; none of one unreadable."""
        group = readable.listed(self.claim if element is None else element, name)
        listed = [(f"{path}.{name}[{place}]", one) for place, one in enumerate(group)]
        return listed[self.only[name] : self.only[name] + 1] if name in self.only else listed

    @property
    def lines(self) -> list[tuple[str, Json]]:
        """Each line with its FHIRPath."""
        return self.listed("item")

    @property
    def dated(self) -> list[tuple[str, Days]]:
        """Each line that says when, and can be read, by the FHIRPath of the line."""
        found = readable.each(lambda line: (line[0], days.serviced(line[1])), self.lines)
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
        found = ((path, self.found(one.get("diagnosisReference", {}))) for path, one in self.listed("diagnosis"))
        return [(f"{path}.diagnosis", one) for path, one in found if one is not None]

    @property
    def encounters(self) -> list[tuple[str, Json, Resource | None]]:
        """Each reference of a line to an encounter, with its FHIRPath, and what it leads to."""
        return [
            (place, one, self.found(one))
            for path, item in self.lines
            for place, one in self.listed("encounter", item, path)
        ]


def _number(provider: Json) -> frozenset[str]:
    """The NPI that an EOB states of its provider."""
    return frozenset(vocabulary.identifiers({"identifier": [provider.get("identifier", {})]}, vocabulary.NPI))


def references(claim: Resource) -> Iterator[tuple[str, Json]]:
    """Every Reference that scrubbing follows and that can be read, with its FHIRPath."""
    for path, element, name in _referring(claim):
        if readable.holds(element, name):
            yield f"{path}.{_path(name)}", element[name]
    for place, item in enumerate(readable.listed(claim, "item")):
        for inner, one in enumerate(readable.listed(item, "encounter")):
            yield f"Claim.item[{place}].encounter[{inner}]", one


def _referring(claim: Resource) -> Iterator[tuple[str, Json, str]]:
    """What may refer to something once: its FHIRPath, itself, and the name of the member that does."""
    yield from (("Claim", claim, name) for name in ("patient", "provider", "insurer", "facility"))
    for group, name in (("insurance", "coverage"), ("careTeam", "provider"), ("diagnosis", "diagnosisReference")):
        for place, one in enumerate(readable.listed(claim, group)):
            yield f"Claim.{group}[{place}]", one, name


def _places(element: Json, names: Sequence[str]) -> Iterator[dict[str, int]]:
    """The place of each element of a group, and of those that it is within, by the names of the groups."""
    if not names:
        yield {}
        return
    for place, one in enumerate(readable.listed(element, names[0])):
        yield from ({names[0]: place, **within} for within in _places(one, names[1:]))


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
