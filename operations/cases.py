"""A submitted claim as a case to be scrubbed: with all that the server has of what it refers to.

Source: http://hl7.org/fhir/R4/claim-operation-submit.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from operations import moments, persons, records
from operations.billing import case, coverage
from operations.billing.case import Case
from operations.plans import OWNER, Payer
from operations.submission import Submission
from server.fhir.errors import Unprocessable
from server.fhir.resource import Resource
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.search.values import escape


async def people(engine: Engine, call: Call, claim: Resource) -> frozenset[str]:
    """The Patients that are the patient of a claim, as it refers to it and as records that were merged name it."""
    return await persons.same(engine, call, coverage.reference(claim.get("patient", {})))


async def read(engine: Engine, call: Call, given: Submission, people: Collection[str]) -> Case:
    """The claim of a submission with all that scrubbing looks at; `people` are those that its patient is."""
    claim = given.resource
    known = await _referenced(engine, given, [coverage.reference(one) for _, one in case.references(claim)])
    further = [coverage.reference(one) for found in known.values() for _, one in case.of_referred(found)]
    known = {**known, **await _referenced(engine, given, further)}
    payer = Payer(engine, call, [*given.companions.values()])
    made = Case(claim, known, moments.now(engine, call), people=frozenset(people))
    checked = await _planned(payer, replace(made, insured=await _insured(engine, call, made)))
    earlier = await _earlier(engine, call, checked)
    providers = [coverage.reference(one.get("provider", {})) for one in (claim, *earlier)]
    return replace(checked, earlier=earlier, actors=await payer.actors(providers))


async def _planned(payer: Payer, checked: Case) -> Case:
    """With the plan of the coverage on the first day of service, its fees, and the networks of the provider."""
    if checked.coverage is None or not checked.dated:
        return checked
    try:
        plan = await payer.plan(checked.coverage, checked.dated[0][1].first)
    except Unprocessable as error:
        return replace(checked, plan_faults=error.issues)
    if plan is None:
        return checked
    provider = coverage.reference(checked.claim.get("provider", {}))
    met = await payer.networks(plan, provider, {when.first for _, when in checked.dated})
    return replace(checked, plan=plan, schedule=await payer.schedule(plan, checked.claim["item"]), networks=met)


async def _referenced(engine: Engine, given: Submission, references: Sequence[str]) -> Mapping[str, Resource]:
    found = await records.by_reference(engine, references)
    return {**{key: one.resource for key, one in found.items()}, **given.among(references)}


async def _insured(engine: Engine, call: Call, checked: Case) -> Sequence[Resource]:
    """The coverages of the patient."""
    patients = _literal(checked)
    found = await records.found(engine, call, "Coverage", [("beneficiary", patients)]) if patients else ()
    return [one.resource for one in found]


async def _earlier(engine: Engine, call: Call, checked: Case) -> Sequence[Resource]:
    """The patient's EOBs that were posted since the first day of service."""
    patients = _literal(checked)
    if not patients or not checked.dated:
        return ()
    asked = [("patient", patients), records.since(min(when.first for _, when in checked.dated))]
    return [
        one.resource for one in records.owned(await records.found(engine, call, "ExplanationOfBenefit", asked), OWNER)
    ]


def _literal(checked: Case) -> str:
    """The patient's references as a search value."""
    named: Iterable[str] = (one for one in sorted(checked.people) if one.startswith("Patient/"))
    return ",".join(map(escape, named))
