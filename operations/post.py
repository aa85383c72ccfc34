"""`PaymentReconciliation/$post`: a payment is posted to the claims that it names, in one commit.

What is paid is added to the EOB of each claim, whose version guards what is still open.
Source: http://hl7.org/fhir/R4/paymentreconciliation.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from operations import moments, persons, plans, records
from operations.billing import coverage, payment, posted, posting
from operations.billing.payment import Payment
from operations.plans import Payer
from operations.records import Record
from server.fhir.errors import Unprocessable
from server.fhir.resource import Resource
from server.interactions import write
from server.interactions.engine import Engine
from server.interactions.operation import Call
from server.interactions.replies import of_write
from server.interactions.request import Reply
from server.interactions.write import Draft

OWNER = "PaymentReconciliation/$post"


async def run(engine: Engine, call: Call) -> Reply:
    """The PaymentReconciliation as it is posted; raises Unprocessable with every reason why it is not."""

    async def attempt() -> Reply:
        given = call.one("resource")
        explanations = await _explanations(engine, call, given)
        payer = coverage.reference(given.get("paymentIssuer", {}))
        known = payer in await records.by_reference(engine, [payer])
        paid = payment.by_reference([one.resource for one in explanations])
        people = await _people(Payer(engine, call), [one.resource for one in explanations])
        paying = Payment(given, paid, known, moments.today(engine, call), people)
        issues = posting.issues(paying)
        if not issues and await _repeated(engine, paying):
            issues = (posting.REPEATED,)
        if any(issue.failed for issue in issues):
            raise Unprocessable("the payment is not posted", issues=issues)
        return await _posted(engine, call, paying, explanations)

    return await engine.contention.persist(attempt, "a claim that is paid")


async def _people(payer: Payer, explanations: Sequence[Resource]) -> Mapping[str, frozenset[str]]:
    """All records of the person that each patient of some EOBs is."""
    named = {coverage.reference(one["patient"]) for one in explanations}
    return {one: (await persons.read(payer, one)).names for one in sorted(named)}


async def _repeated(engine: Engine, paying: Payment) -> bool:
    """Whether the payment was posted before, by this version or an earlier one."""
    condition = records.identified("PaymentReconciliation", paying.identity["system"], paying.identities)
    found = records.owned(await records.matching(engine, condition), OWNER)
    return any(paying.repeats(one.resource) for one in found)


async def _explanations(engine: Engine, call: Call, given: Resource) -> Sequence[Record]:
    """The posted EOBs of the claims that a payment names."""
    named = await records.by_reference(engine, payment.references(given))
    claims = {key for key in named if key.startswith("Claim/")}
    responses = (one.resource for key, one in named.items() if key.startswith("ClaimResponse/"))
    claims |= {coverage.reference(one.get("request", {})) for one in responses}
    found: list[Record] = []
    for claim in sorted(one for one in claims if one):
        found += await records.found(engine, call, "ExplanationOfBenefit", [("claim", claim)])
    return records.owned(found, plans.OWNER)


async def _posted(engine: Engine, call: Call, paying: Payment, explanations: Sequence[Record]) -> Reply:
    created = moments.created(engine, call)
    recorded = posting.recorded(paying, engine.new_id())
    rows = {one.row.id: one.row for one in explanations}
    drafts = [
        Draft(recorded, owner=OWNER, facts=posted.of_payment(paying, created)),
        *(
            Draft(one, rows[one["id"]], "PUT", plans.OWNER, posted.of_explanation(one))
            for one in posting.applied(paying)
        ),
    ]
    free = records.posted(paying.identity, "PaymentReconciliation", OWNER)
    written = await write.commit(engine, call.request.now, drafts, [free])
    return of_write(call.request, written[0].row, 200)
