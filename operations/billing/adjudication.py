"""Adjudication: a claim's lines by the rules of a plan, as a pure function.

A line is first tested for cover (`DENIALS`, in order). A covered line is allowed its fee or what is charged, whichever
is less; what is charged above that is a contractual discount in network and the patient's out of network. Of the
allowed amount the patient pays, in this order, the deductible (where the plan says so), the copay (once a day and
service category of the claim) and the coinsurance on what is left, together never more than is left of the
out-of-pocket maximum: coinsurance is spared first, then copay, then deductible. The plan pays the rest.

Source: http://hl7.org/fhir/R4/adjudication.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from operations.billing import accumulators, money
from operations.billing.accumulators import Accumulators
from operations.billing.benefits import IN_NETWORK, Cost, Plan, Service
from operations.billing.fees import Fee
from operations.billing.money import Money, Unbalanced

CONTRACTUAL, PATIENT = "CO", "PR"
"""Claim adjustment group codes: the provider's loss, or the patient's to pay."""
CHARGE_ABOVE_FEE = "45"
"""The claim adjustment reason of what is charged above the allowed amount."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A claim's line as adjudication sees it: `category` is its service category, `fee` what the schedule has."""

    sequence: int
    day: date
    category: str
    quantity: Decimal
    submitted: Money
    fee: Fee | None
    authorized: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What the payer knows beside the plan: the network the provider is in, and whether cover is in force on a day."""

    plan: Plan
    network: str
    in_force: Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a line is not covered: the claim adjustment reason code, and the group that says who bears it."""

    group: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """An adjudicated line. It balances or does not exist.

    submitted = allowed + discount + noncovered; allowed = benefit + deductible + copay + coinsurance. `patient` is the
    part of noncovered that is the patient's to pay; `denial` says why a line is not covered at all.
    """

    charge: Charge
    allowed: Money
    discount: Money
    noncovered: Money
    patient: Money
    deductible: Money
    copay: Money
    coinsurance: Money
    benefit: Money
    denial: Denial | None = None

    def __post_init__(self) -> None:
        parts = (self.allowed, self.discount, self.noncovered, self.patient, self.benefit, *self._shares())
        if any(part.minor < 0 for part in parts) or self.patient.minor > self.noncovered.minor:
            raise Unbalanced(f"line {self.charge.sequence} has an amount below zero or beyond its whole")
        if self.charge.submitted != self.allowed + self.discount + self.noncovered:
            raise Unbalanced(f"line {self.charge.sequence} does not come to what is submitted")
        if self.allowed != self.benefit + self.share:
            raise Unbalanced(f"line {self.charge.sequence} does not come to what is allowed")

    @property
    def share(self) -> Money:
        """What the patient pays of the allowed amount."""
        return money.total(self._shares(), self.allowed.currency)

    @property
    def liability(self) -> Money:
        """All that the patient pays."""
        return self.share + self.patient

    @property
    def written_off(self) -> Money:
        """What is not covered and nobody pays."""
        return self.noncovered - self.patient

    def _shares(self) -> tuple[Money, Money, Money]:
        return self.deductible, self.copay, self.coinsurance


@dataclass(frozen=True, slots=True)
class Adjudication:
    """All lines of a claim, what they consumed, and the network they were judged in."""

    lines: tuple[Line, ...]
    before: Accumulators
    after: Accumulators
    terms: Terms

    @property
    def outcome(self) -> str:
        """`denied` when no line is covered, `partial` when some are, else `paid` (if only by the deductible)."""
        denied = [line.denial is not None for line in self.lines]
        return "denied" if all(denied) else "partial" if any(denied) else "paid"

    def total(self, amount: Callable[[Line], Money]) -> Money:
        """The sum of an amount over all lines."""
        return money.total((amount(line) for line in self.lines), self.terms.plan.currency)


Denying = Callable[[Charge, Terms, Accumulators], bool]


def _service(charge: Charge, terms: Terms) -> Service:
    return terms.plan.services.get(charge.category, Service(charge.category))


def _lapsed(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return not terms.in_force(charge.day)


def _uncovered(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return charge.fee is None or not _service(charge, terms).costs


def _outside(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return terms.network not in _service(charge, terms).costs


def _unauthorized(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return _service(charge, terms).authorization and not charge.authorized


def _exhausted(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    visits, past = _service(charge, terms).visits, used.visits.get(charge.category, frozenset())
    return visits is not None and charge.day not in past and len(past) >= visits


DENIALS: Sequence[tuple[Denying, Denial]] = (
    (_lapsed, Denial(PATIENT, "27")),
    (_uncovered, Denial(PATIENT, "204")),
    (_outside, Denial(PATIENT, "242")),
    (_unauthorized, Denial(CONTRACTUAL, "197")),
    (_exhausted, Denial(PATIENT, "119")),
)
"""When a line is not covered, and what is answered; the first that applies."""


def adjudicate(charges: Sequence[Charge], terms: Terms, used: Accumulators) -> Adjudication:
    """Every line in order, each after what the lines before it consumed."""
    lines: list[Line] = []
    after, copaid = used, set[tuple[date, str]]()
    for charge in charges:
        line = _line(charge, terms, after, (charge.day, charge.category) in copaid)
        lines.append(line)
        if line.denial is None:
            copaid.add((charge.day, charge.category))
            after = after.plus(line.deductible, line.share).visited(charge.category, charge.day)
    return Adjudication(tuple(lines), used, after, terms)


def _line(charge: Charge, terms: Terms, used: Accumulators, copaid: bool) -> Line:
    denial = next((why for applies, why in DENIALS if applies(charge, terms, used)), None)
    if denial is not None or charge.fee is None:
        return _denied(charge, denial)
    allowed = min(charge.submitted, charge.fee.times(charge.quantity), key=_minor)
    cost = _service(charge, terms).costs[terms.network]
    deductible, copay, coinsurance = _shares(allowed, cost, terms.plan, used, copaid)
    nothing, excess = money.zero(allowed.currency), charge.submitted - allowed
    contracted = terms.network == IN_NETWORK
    return Line(
        charge=charge,
        allowed=allowed,
        discount=excess if contracted else nothing,
        noncovered=nothing if contracted else excess,
        patient=nothing if contracted else excess,
        deductible=deductible,
        copay=copay,
        coinsurance=coinsurance,
        benefit=allowed - deductible - copay - coinsurance,
    )


def _denied(charge: Charge, denial: Denial | None) -> Line:
    nothing = money.zero(charge.submitted.currency)
    patient = charge.submitted if denial is not None and denial.group == PATIENT else nothing
    return Line(charge, nothing, nothing, charge.submitted, patient, nothing, nothing, nothing, nothing, denial=denial)


def _shares(allowed: Money, cost: Cost, plan: Plan, used: Accumulators, copaid: bool) -> tuple[Money, Money, Money]:
    """Deductible, copay and coinsurance, together no more than is left of the out-of-pocket maximum."""
    nothing = money.zero(allowed.currency)
    left = accumulators.remaining(plan.deductible, used.member.deductible, used.family.deductible)
    deductible = min(allowed, left, key=_minor) if cost.after_deductible and left is not None else nothing
    copay = nothing if copaid or cost.copay is None else min(allowed - deductible, cost.copay, key=_minor)
    rest = allowed - deductible - copay
    coinsurance = money.percentage(rest, cost.coinsurance) if cost.coinsurance is not None else nothing
    cap = accumulators.remaining(plan.out_of_pocket, used.member.out_of_pocket, used.family.out_of_pocket)
    return (deductible, copay, coinsurance) if cap is None else _spared(deductible, copay, coinsurance, cap)


def _spared(deductible: Money, copay: Money, coinsurance: Money, cap: Money) -> tuple[Money, Money, Money]:
    first = min(deductible, cap, key=_minor)
    second = min(copay, cap - first, key=_minor)
    return first, second, min(coinsurance, cap - first - second, key=_minor)


def _minor(amount: Money) -> int:
    return amount.minor
