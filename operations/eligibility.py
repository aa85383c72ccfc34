"""Eligibility: `$eligibility` on a Coverage or Patient, and `CoverageEligibilityRequest/$submit`.

Request and response are stored in one commit.
Source: http://hl7.org/fhir/R4/coverageeligibilityrequest-operation-submit.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from operations import accounts, moments, persons, records, submission
from operations.billing import asked, coverage, days, eligibility, modifiers
from operations.billing.days import Days
from operations.billing.eligibility import Inquiry
from operations.plans import Payer
from operations.submission import Submission
from server.fhir.errors import Unprocessable
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource
from server.interactions import read, write
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.interactions.replies import of_write
from server.interactions.request import Reply
from server.interactions.write import Draft

OWNER = "$eligibility"


async def check(engine: Engine, call: Call) -> Reply:
    """`$eligibility`: the response to a request that is made here."""
    stated = call.one("date")
    day = days.of_date(stated).first if stated else moments.today(engine, call)
    covered = await _COVERAGES[call.type](engine, call, day)
    _askable(covered)
    codes = call.parameters.get("category", ())
    created = moments.created(engine, call)
    provider = await _provider(engine, call)
    request = eligibility.request(covered, day, engine.new_id(), created, codes, provider)
    return await _answered(Payer(engine, call), request, covered, Days(day, day))


def _askable(covered: Resource) -> None:
    """Raises Unprocessable for a coverage that no insurer of this server can be asked about, or is not understood."""
    for path in modifiers.unknown(covered):
        raise _refused("this may change the meaning of the rest, and is not understood", path, "extension")
    payor = coverage.payor(covered)
    if payor.startswith(("Patient/", "RelatedPerson/")):
        raise _refused("who is covered pays without an insurer, so there is nobody to ask", "Coverage.payor[0]")
    if not coverage.insured(covered):
        raise _refused("the payor is no organization of this server, so it cannot be asked", "Coverage.payor[0]")
    if not coverage.named(covered["beneficiary"]):
        raise _refused("the patient of the coverage is not named by a literal reference", "Coverage.beneficiary")


async def _provider(engine: Engine, call: Call) -> Json:
    """The provider that is given, None without one; raises Unprocessable for one that cannot be."""
    given = call.one("provider")
    if given is None:
        return None
    reference = coverage.reference(given)
    if not await records.by_reference(engine, [reference]):
        raise _refused("the provider is not on this server", "provider", "not-found")
    if not reference.startswith(("Organization/", "Practitioner/", "PractitionerRole/")):
        text = "a provider is an Organization, a Practitioner or a PractitionerRole"
        raise _refused(text, "provider", "value")
    return given


async def submit(engine: Engine, call: Call) -> Reply:
    """`CoverageEligibilityRequest/$submit`: the response to the request that is sent, alone or in a Bundle."""

    async def attempt() -> Reply:
        given = await submission.read(engine, call.one("resource"), asked.ROOT, engine.new_id())
        covered = await _asked(engine, call, given)
        period = asked.period(given.resource, moments.today(engine, call))
        payer = Payer(engine, call, [*given.companions.values()])
        return await _answered(payer, given.resource, covered, period, given.drafts)

    return await engine.contention.persist(attempt, "what comes along")


async def _answered(
    payer: Payer, request: Resource, covered: Resource, period: Days, along: Sequence[Draft] = ()
) -> Reply:
    engine, call, day = payer.engine, payer.call, period.first
    plan = await payer.plan(covered, day)
    member = await persons.read(payer, coverage.reference(covered["beneficiary"]))
    used = (await accounts.read(payer, plan, covered, member, day)).used if plan else None
    provider = coverage.reference(request.get("provider", {}))
    (network,) = await payer.networks(plan, provider, [day]) if plan and provider else ("",)
    inquiry = Inquiry(request, covered, period, plan, used, network)
    response = eligibility.respond(inquiry, engine.new_id(), moments.created(engine, call))
    drafts = [*(Draft(one, owner=OWNER, facts=()) for one in (response, request)), *along]
    written = await write.commit(engine, call.request.now, drafts)
    return of_write(call.request, written[0].row, 200)


async def _coverage(engine: Engine, call: Call, day: date) -> Resource:
    return await read.resource(engine, call.request, "Coverage", call.id)


async def _of_patient(engine: Engine, call: Call, day: date) -> Resource:
    """The patient's coverage that comes first by its order among those of an insurer that are in force on the day, else
    the first of an insurer, else of all.
    """
    await read.current(engine, "Patient", call.id)
    names = (await persons.read(Payer(engine, call), f"Patient/{call.id}")).search
    found = await records.found(engine, call, "Coverage", [("beneficiary", names)])
    ordered = sorted((one.resource for one in found), key=_place)
    if not ordered:
        raise _refused("the patient has no coverage", "Coverage.beneficiary")
    insured = [one for one in ordered if coverage.insured(one)] or ordered
    first = next((one for one in insured if coverage.in_force(one, day)), insured[0])
    if any(coverage.may_pay_before(one, first, day) for one in insured):
        raise _refused("no order says which coverage of the patient pays first: ask about one", "Coverage.order")
    return first


def _place(covered: Resource) -> tuple[bool, int, str]:
    """By the order of coverages, those without one last."""
    return "order" not in covered, covered.get("order", 0), covered["id"]


_COVERAGES = {"Coverage": _coverage, "Patient": _of_patient}
"""What `$eligibility` is called on, to how its coverage is found."""


async def _asked(engine: Engine, call: Call, given: Submission) -> Resource:
    """The coverage that a request asks about; raises Unprocessable with every reason why it cannot be answered."""
    request = given.resource
    wanted = [coverage.reference(one["coverage"]) for one in asked.focal(request)]
    references = [*wanted, coverage.reference(request.get("provider", {}))]
    known = {key: one.resource for key, one in (await records.by_reference(engine, references)).items()}
    known.update(given.among(references))
    payer = Payer(engine, call, [*given.companions.values()])
    people = (await persons.read(payer, coverage.reference(request["patient"]))).names
    issues = asked.issues(request, known, people)
    if issues:
        raise Unprocessable("the request cannot be answered", issues=issues)
    return known[wanted[0]]


def _refused(text: str, expression: str, code: str = "business-rule") -> Unprocessable:
    return Unprocessable(text, issues=[Issue("error", code, text, expression)])
