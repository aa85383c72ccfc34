"""The example practice in memory, and a claim's way through scrubbing and adjudication as `Claim/$submit` goes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from operations.billing import (
    accumulators,
    benefits,
    case,
    charges,
    coverage,
    days,
    explanation_of_benefit,
    fees,
    networks,
    places,
    scrub,
)
from operations.billing.adjudication import adjudicate
from operations.billing.case import Case
from operations.billing.decision import Decision
from operations.billing.plan import Plan, Terms
from server.fhir import codec, resource
from server.fhir.outcome import Issue
from server.fhir.resource import Resource

TODAY = date(2026, 11, 2)
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)


def files(folder: str) -> list[Traversable]:
    """The JSON files of a folder of the examples, in order."""
    listed = resources.files("examples").joinpath(folder).iterdir()
    return sorted((one for one in listed if one.name.endswith(".json")), key=lambda one: one.name)


@cache
def stored() -> Mapping[str, Resource]:
    """Every resource of the practice by its relative reference."""
    bundles = [codec.decode_resource(one.read_bytes()) for one in files("practice")]
    listed = [entry["resource"] for bundle in bundles for entry in bundle["entry"]]
    return {resource.key(one): one for one in listed}


def of_type(name: str) -> list[Resource]:
    """The practice's resources of a type."""
    return [one for one in stored().values() if one["resourceType"] == name]


def claim(name: str) -> Resource:
    """An example claim, with its name as id."""
    file = resources.files("examples").joinpath(f"claims/{name}.json")
    return {**codec.decode_resource(file.read_bytes()), "id": name}


def plan_of(covered: Resource, day: date) -> Plan | None:
    """The plan of a coverage on a day."""
    owned = [one for one in of_type("InsurancePlan") if coverage.reference(one["ownedBy"]) == coverage.payor(covered)]
    found = coverage.plan_of(covered, owned, day)
    return benefits.read(found) if found else None


def schedule(plan: Plan) -> fees.Schedule:
    """The fees of a plan."""
    return fees.read(of_type("ChargeItemDefinition"), plan.fee_schedule, plan.currency)


def scrubbed(name: str) -> tuple[Case, tuple[Issue, ...]]:
    """An example claim with all that it refers to, and what is wrong with it."""
    given = claim(name)
    known = {path: stored().get(coverage.reference(one)) for path, one in case.references(given)}
    further = [(path, one) for each in known.values() if each for path, one in case.of_referred(each)]
    known.update({path: stored().get(coverage.reference(one)) for path, one in further})
    found = {resource.key(one): one for one in known.values() if one}
    covered = found[coverage.reference(given["insurance"][0]["coverage"])]
    checked = Case(given, found, NOW, plan_of(covered, days.of_date(given["billablePeriod"]["start"]).first))
    return checked, scrub.issues(checked)


def decided(name: str, earlier: Sequence[str] = ()) -> Decision:
    """The decision on an example claim, after those on some earlier ones."""
    checked, issues = scrubbed(name)
    assert issues == ()
    assert checked.plan is not None
    assert checked.coverage is not None
    plan, day = checked.plan, checked.dated[0][1].first
    posted = [explanation_of_benefit.build(decided(one, earlier[:place])) for place, one in enumerate(earlier)]
    patient = coverage.reference(checked.claim["patient"])
    used = accumulators.of_policy(plan, day, {patient}, posted)
    provider = coverage.reference(checked.claim["provider"])
    roles, affiliations = of_type("PractitionerRole"), of_type("OrganizationAffiliation")
    network = networks.network(plan, provider, roles, affiliations, day)
    terms = Terms(plan, network)
    judged = adjudicate(charges.of_claim(checked.claim, schedule(plan)), terms, used)
    place = places.of_patient(patient, len(earlier) + 1)
    ids, days = (f"{name}-r", f"{name}-e"), (f"{TODAY}", f"{TODAY}")
    return Decision(checked.claim, checked.coverage, judged, *ids, *days, place, checked.number)
