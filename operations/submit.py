"""`Claim/$submit`: a claim is scrubbed, decided by the built-in payer, and posted with what was decided, in one commit.

Two claims of one policy and plan year never count the same deductible, and no service of a patient is posted twice:
each EOB has its place in the order of the policy and in that of the patient, both counted where the decision looked
and both free when it is committed; whoever is overtaken decides anew.
Source: http://hl7.org/fhir/R4/claim-operation-submit.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from operations import accounts, moments, ordinals, records, submission
from operations.billing import (
    adjudication,
    case,
    charges,
    claim_response,
    coverage,
    explanation_of_benefit,
    places,
    posted,
    scrub,
)
from operations.billing.case import Case
from operations.billing.decision import Decision
from operations.billing.fees import Schedule
from operations.billing.plan import Plan, Terms
from operations.plans import OWNER, Payer
from operations.submission import Submission
from server.fhir.errors import FhirError, Unprocessable
from server.fhir.outcome import Issue
from server.fhir.resource import Resource
from server.interactions import write
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.interactions.replies import of_write
from server.interactions.request import Reply
from server.interactions.write import Draft
from server.search.values import escape


async def run(engine: Engine, call: Call) -> Reply:
    """The ClaimResponse; raises Unprocessable with every reason why the claim is not taken."""

    async def attempt() -> Reply:
        given = await submission.read(engine, call.one("resource"), "Claim")
        before = await _before(engine, given.resource)
        checked = await _case(engine, call, given)
        issues = scrub.issues(checked)
        if any(issue.failed for issue in issues):
            raise Unprocessable("the claim is not taken", issues=issues)
        return await _posted(engine, call, given, await _decision(engine, call, checked, before))

    return await engine.contention.persist(attempt, "the account of the policy")


async def explain(engine: Engine, call: Call, faults: Sequence[Issue]) -> Sequence[Issue]:
    """What else is wrong with a claim, or a Bundle with one, whose structure has these faults."""
    within = submission.faulty(call.one("resource"), faults)
    if within is None:
        return ()
    try:
        given = await submission.read(engine, within.resource, "Claim")
    except FhirError as error:
        return error.issues
    return scrub.issues(await _case(engine, call, given), within.faults)


async def _case(engine: Engine, call: Call, given: Submission) -> Case:
    """The claim with all that scrubbing looks at."""
    claim = given.resource
    known = await _referenced(engine, given, [coverage.reference(one) for _, one in case.references(claim)])
    roles = [coverage.reference(one) for found in known.values() for _, one in case.of_role(found)]
    known = {**known, **await _referenced(engine, given, roles)}
    payer = Payer(engine, call, [*given.companions.values()])
    checked = await _planned(payer, Case(claim, known, moments.today(engine, call)))
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


async def _earlier(engine: Engine, call: Call, checked: Case) -> Sequence[Resource]:
    """The patient's EOBs that were posted since the first day of service."""
    patient = coverage.reference(checked.claim.get("patient", {}))
    if not patient.startswith("Patient/") or not checked.dated:
        return ()
    first = min(when.first for _, when in checked.dated)
    asked = [("patient", escape(patient)), records.since(first)]
    return [
        one.resource for one in records.owned(await records.found(engine, call, "ExplanationOfBenefit", asked), OWNER)
    ]


@dataclass(frozen=True, slots=True)
class _Judging:
    """A scrubbed case, of which everything that adjudication needs is known."""

    checked: Case
    covered: Resource
    plan: Plan
    schedule: Schedule
    day: date


def _judging(checked: Case) -> _Judging:
    if checked.coverage is None or checked.plan is None or checked.schedule is None:
        raise RuntimeError("a scrubbed claim has a coverage, a plan and its fees")
    return _Judging(checked, checked.coverage, checked.plan, checked.schedule, checked.dated[0][1].first)


async def _before(engine: Engine, claim: Resource) -> int:
    """How many EOBs the patient has, asked before those are read that the next of them is to be judged by."""
    return await ordinals.last(engine, partial(places.of_patient, coverage.reference(claim["patient"])))


async def _decision(engine: Engine, call: Call, checked: Case, before: int) -> Decision:
    payer, one = Payer(engine, call), _judging(checked)
    claim = checked.claim
    used = await accounts.used(payer, one.plan, one.covered, one.day)
    (network,) = checked.networks
    terms = Terms(one.plan, network, coverage.term(one.covered))
    lines = charges.of_claim(claim, one.schedule)
    judged = adjudication.adjudicate(lines, terms, used)
    created = moments.created(engine, call)
    ids = engine.new_id(), engine.new_id()
    return Decision(checked.claim, one.covered, judged, *ids, created, created[:10], before)


async def _posted(engine: Engine, call: Call, given: Submission, decision: Decision) -> Reply:
    """Commit the claim, what came with it, and what was decided; answer the decision."""
    explanation = explanation_of_benefit.build(decision)
    payer = coverage.reference(decision.insurer)
    free = [records.posted(one, explanation["resourceType"], OWNER) for one in decision.places]
    facts = posted.of_claim(given.resource, payer, decision.created[:10])
    drafts = [
        Draft(claim_response.build(decision), 1, "POST", OWNER, ()),
        Draft(given.resource, given.version, "POST", OWNER, facts),
        Draft(explanation, 1, "POST", OWNER, posted.of_explanation(explanation)),
        *given.drafts,
    ]
    written = await write.commit(engine, call.request.now, drafts, free)
    return of_write(call.request, written[0].row, 200)
