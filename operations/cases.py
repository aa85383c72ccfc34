"""A submitted claim as a case to be scrubbed: with all that the server has of what it refers to.

Source: http://hl7.org/fhir/R4/claim-operation-submit.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from operations import moments, records
from operations.billing import case, coverage
from operations.billing.case import Case
from operations.persons import Person
from operations.plans import OWNER, Payer
from operations.submission import Submission
from server.fhir.errors import Unprocessable
from server.fhir.resource import Resource
from server.interactions.engine import Engine
from server.interactions.operation import Call


async def read(payer: Payer, given: Submission, patient: Person) -> Case:
    """The claim of a submission with all that scrubbing looks at."""
    engine, call, claim = payer.engine, payer.call, given.resource
    known = await _referenced(engine, given, [coverage.reference(one) for _, one in case.references(claim)])
    further = [coverage.reference(one) for found in known.values() for _, one in case.of_referred(found)]
    known = {**known, **await _referenced(engine, given, further)}
    made = Case(claim, known, moments.now(engine, call), people=patient.names)
    checked = await _planned(payer, replace(made, insured=await _insured(payer, made, patient)))
    earlier = await _earlier(engine, call, checked, patient)
    providers = [coverage.reference(one.get("provider", {})) for one in (claim, *earlier)]
    return replace(checked, earlier=earlier, actors=await payer.actors(providers))


async def _planned(payer: Payer, checked: Case) -> Case:
    """With what the payer judges by, or what is wrong with that."""
    try:
        return await _judged(payer, checked)
    except Unprocessable as error:
        return replace(checked, plan_faults=error.issues)


async def _judged(payer: Payer, checked: Case) -> Case:
    """With the plan of the coverage on the first day of service, its fees, and the networks of the provider."""
    plan = await payer.plan(checked.coverage, checked.dated[0][1].first) if checked.coverage and checked.dated else None
    if plan is None:
        return checked
    provider = coverage.reference(checked.claim.get("provider", {}))
    met = await payer.networks(plan, provider, {when.first for _, when in checked.dated})
    return replace(checked, plan=plan, schedule=await payer.schedule(plan, checked.claim["item"]), networks=met)


async def _referenced(engine: Engine, given: Submission, references: Sequence[str]) -> Mapping[str, Resource]:
    found = await records.by_reference(engine, references)
    return {**{key: one.resource for key, one in found.items()}, **given.among(references)}


async def _insured(payer: Payer, checked: Case, patient: Person) -> Sequence[Resource]:
    """The coverages of the patient, those that come along among them; none where the claim names no patient."""
    if "patient" not in checked.claim:
        return ()
    asked = [("beneficiary", patient.search)]
    found = await records.found(payer.engine, payer.call, "Coverage", asked) if patient.search else ()
    along = [one for one in payer.along if one["resourceType"] == "Coverage" and checked.is_patient(one["beneficiary"])]
    return [*(one.resource for one in found), *along]


async def _earlier(engine: Engine, call: Call, checked: Case, patient: Person) -> Sequence[Resource]:
    """The patient's EOBs that were posted since the first day of service."""
    if not patient.search or not checked.dated:
        return ()
    asked = [("patient", patient.search), records.since(min(when.first for _, when in checked.dated))]
    found = await records.found(engine, call, "ExplanationOfBenefit", asked)
    return [one.resource for one in records.owned(found, OWNER)]
