"""`Claim/$submit`: a claim is scrubbed, decided by the built-in payer, and posted with what was decided, in one commit.

Two claims of one policy never count the same deductible, and no service of a patient is posted twice: each EOB has its
place in the order of the policy and in that of the patient, both counted before the decision looked and both free when
it is committed, and the coverages of the policy are then as they were; whoever is overtaken decides anew.
Source: http://hl7.org/fhir/R4/claim-operation-submit.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from operations import accounts, cases, faulty, moments, ordinals, persons, records, submission
from operations.billing import (
    adjudication,
    charges,
    claim_response,
    coverage,
    explanation_of_benefit,
    places,
    posted,
    scrub,
)
from operations.billing.accumulators import Accumulators
from operations.billing.case import Case
from operations.billing.decision import Decision
from operations.billing.fees import Schedule
from operations.billing.plan import Plan, Terms
from operations.persons import Person
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
from server.storage.store import Version


async def run(engine: Engine, call: Call) -> Reply:
    """The ClaimResponse; raises Unprocessable with every reason why the claim is not taken."""

    async def attempt() -> Reply:
        given = await submission.read(engine, call.one("resource"), "Claim")
        payer = Payer(engine, call, [*given.companions.values()])
        patient = await persons.read(payer, coverage.reference(given.resource["patient"]))
        place = await _place(engine, min(patient.names))
        checked = await cases.read(payer, given, patient)
        issues = scrub.issues(checked)
        if any(issue.failed for issue in issues):
            raise Unprocessable("the claim is not taken", issues=issues)
        return await _posted(payer, given, _judging(checked, patient, place))

    return await engine.contention.persist(attempt, "the account of the policy")


async def explain(engine: Engine, call: Call, faults: Sequence[Issue]) -> Sequence[Issue]:
    """What else is wrong with a claim, or a Bundle with one, whose structure has these faults."""
    within = faulty.read(call.one("resource"), faults)
    if within is None:
        return ()
    try:
        given = await submission.read(engine, within.resource, "Claim", unread=within.along)
    except FhirError as error:
        return error.issues
    sound = within.sound(given)
    payer = Payer(engine, call, [*sound.companions.values()])
    patient = await persons.read(payer, coverage.reference(given.resource.get("patient", {})))
    return scrub.issues(await cases.read(payer, sound, patient), within.issues(given))


@dataclass(frozen=True, slots=True)
class _Judging:
    """A scrubbed case, of which everything that adjudication needs is known, `place` that of the EOB among those of its
    patient.
    """

    checked: Case
    patient: Person
    place: Resource
    covered: Resource
    plan: Plan
    schedule: Schedule
    day: date


def _judging(checked: Case, patient: Person, place: Resource) -> _Judging:
    if checked.coverage is None or checked.plan is None or checked.schedule is None:
        raise RuntimeError("a scrubbed claim has a coverage, a plan and its fees")
    day = checked.dated[0][1].first
    return _Judging(checked, patient, place, checked.coverage, checked.plan, checked.schedule, day)


async def _place(engine: Engine, person: str) -> Resource:
    """The place of the next EOB of a patient, asked before what that is to be judged by."""
    return places.of_patient(person, await ordinals.last(engine, partial(places.of_patient, person)) + 1)


async def _posted(payer: Payer, given: Submission, one: _Judging) -> Reply:
    """Decide, commit the claim, what came with it and what was decided, and answer the decision."""
    account = await accounts.read(payer, one.plan, one.covered, one.patient, one.day)
    decision = _decision(payer.engine, payer.call, one, account.used)
    free = [records.posted(one, "ExplanationOfBenefit", OWNER) for one in decision.places]
    absent = [*free, *account.absent, *one.patient.absent]
    current = [*account.current, *one.patient.current, *_standing(given, one.checked)]
    request = payer.call.request
    written = await write.commit(payer.engine, request.now, _drafts(given, decision), absent, current)
    return of_write(request, written[0].row, 200)


def _decision(engine: Engine, call: Call, one: _Judging, used: Accumulators) -> Decision:
    (network,) = one.checked.networks
    terms = Terms(one.plan, network)
    judged = adjudication.adjudicate(charges.of_claim(one.checked.claim, one.schedule), terms, used)
    created = moments.created(engine, call)
    ids = engine.new_id(), engine.new_id()
    checked = one.checked
    return Decision(checked.claim, one.covered, judged, *ids, created, created[:10], one.place, checked.number)


def _standing(given: Submission, checked: Case) -> list[Version]:
    """The coverages of the claim as they were read; nothing of those that come along."""
    named = {coverage.reference(one["coverage"]) for one in checked.claim["insurance"]} - given.companions.keys()
    found = [checked.resources[key] for key in sorted(named)]
    return [(one["resourceType"], one["id"], int(one["meta"]["versionId"])) for one in found]


def _drafts(given: Submission, decision: Decision) -> list[Draft]:
    """The decision first, then the claim, the EOB and what came along."""
    explanation = explanation_of_benefit.build(decision)
    payer = coverage.reference(decision.insurer)
    facts = posted.of_claim(given.resource, payer, decision.created[:10])
    return [
        Draft(claim_response.build(decision), owner=OWNER, facts=()),
        Draft(given.resource, given.before, owner=OWNER, facts=facts),
        Draft(explanation, owner=OWNER, facts=posted.of_explanation(explanation)),
        *given.drafts,
    ]
