"""Whether a provider is in a plan's network.

A practice is in a network by an OrganizationAffiliation whose `participatingOrganization` it is and which lists the
network; a practitioner or a PractitionerRole is where a practice of theirs is. An affiliation for some locations,
services or specialties alone, and what is not understood, is refused unless another says the same without it.
Source: http://hl7.org/fhir/R4/organizationaffiliation.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from operations.billing import coverage, days, modifiers, vocabulary
from operations.billing.plan import IN_NETWORK, OUT_OF_NETWORK, Plan
from server.fhir import resource as resources
from server.fhir.errors import Unprocessable
from server.fhir.resource import Resource


@dataclass(frozen=True, slots=True)
class Actors:
    """Who a provider of a claim is: the references to itself, and the practices that it works for at any time, each
    with the NPIs of what it refers to.
    """

    own: frozenset[str]
    practices: frozenset[str]

    def same(self, other: Actors) -> bool:
        """Whether the two may be one: by themselves, or where one is the practice of the other."""
        return not (self.own.isdisjoint(other.own | other.practices) and other.own.isdisjoint(self.practices))


def actors(provider: str, roles: Sequence[Resource], known: Mapping[str, Resource]) -> Actors:
    """Who a provider, by relative reference, is; its PractitionerRoles, or itself, are among the `roles`, and what it
    and they refer to among the `known`.
    """
    itself = [one for one in roles if provider == f"PractitionerRole/{one['id']}"]
    own = {provider, *(coverage.reference(one.get("practitioner", {})) for one in itself)} - {""}
    practices = {coverage.reference(one.get("organization", {})) for one in roles if _of(provider, one)} - {""}
    return Actors(*(frozenset({*some, *_numbers(some, known)}) for some in (own, practices)))


def _numbers(references: Iterable[str], known: Mapping[str, Resource]) -> set[str]:
    return {number for one in references for number in vocabulary.identifiers(known.get(one, {}), vocabulary.NPI)}


def network(plan: Plan, provider: str, roles: Sequence[Resource], affiliations: Sequence[Resource], day: date) -> str:
    """The network that a provider, by relative reference, is in on a day.

    The provider's PractitionerRoles, or itself, are among the `roles`; `affiliations` are those of its practices.
    Raises Unprocessable where it is in the network only by what is not understood.
    """
    ways = [
        [*faults, *_faults(one)]
        for practice, faults in _practices(provider, roles, day)
        for one in affiliations
        if _member(one) == practice and _holds(one, day) and _lists(one, plan)
    ]
    if ways and all(ways):
        name, path = ways[0][0]
        raise Unprocessable(f"{name} puts the provider in the network on terms that are not judged", expression=path)
    return IN_NETWORK if ways else OUT_OF_NETWORK


def practices_of(provider: str, roles: Sequence[Resource], day: date) -> Iterator[str]:
    """The Organizations that a provider is or works for on a day."""
    return (practice for practice, _ in _practices(provider, roles, day))


def _practices(provider: str, roles: Sequence[Resource], day: date) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The practices of a provider on a day, each with what is not understood of why it is one."""
    if provider.startswith("Organization/"):
        yield provider, []
    for role in roles:
        practice = coverage.reference(role.get("organization", {}))
        if practice and _of(provider, role) and _holds(role, day):
            yield practice, [*_faults(role)]


CONDITIONS: Mapping[str, Sequence[str]] = {
    "OrganizationAffiliation": ("healthcareService", "location", "specialty"),
    "PractitionerRole": (),
}
"""What a practice is in a network for, where that is not all it does."""
READ = ("active", "period")
"""The elements in which every value counts."""


def _faults(one: Resource) -> Iterator[tuple[str, str]]:
    """What is not understood of a role or affiliation: its name, and the FHIRPath."""
    type_ = one["resourceType"]
    counting = {name: value for name, value in one.items() if name.removeprefix("_") in READ}
    conditions = (f"{type_}.{name}" for name in CONDITIONS[type_] if name in one)
    for path in (*modifiers.unknown(one), *conditions, *modifiers.unsaid(counting, type_)):
        yield resources.key(one), path


def _of(provider: str, role: Resource) -> bool:
    """Whether a PractitionerRole is the provider, or the practitioner's."""
    return provider in (f"PractitionerRole/{role['id']}", coverage.reference(role.get("practitioner", {})))


def _holds(resource: Resource, day: date) -> bool:
    return resource.get("active", True) is True and days.of_period(resource.get("period", {})).covers(day)


def _lists(affiliation: Resource, plan: Plan) -> bool:
    listed = (coverage.reference(one) for one in affiliation.get("network", ()))
    return any(one and one in plan.networks for one in listed)


def _member(affiliation: Resource) -> str:
    return coverage.reference(affiliation.get("participatingOrganization", {}))
