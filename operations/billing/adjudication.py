"""Adjudication: a claim's lines by the rules of a plan, as a pure function.

A line is first tested for cover (`denials`). A covered line is allowed its fee or what is charged, whichever is less;
what is charged above that is a contractual discount in network and the patient's out of network. Of the allowed amount
the patient pays, in this order, the deductible (where the plan says so), the copay (at most one a day and service
category, over all lines and claims) and the coinsurance on what is left, together never more than is left of the
out-of-pocket maximum: coinsurance is spared first, then copay, then deductible. The plan pays the rest.

Source: http://hl7.org/fhir/R4/adjudication.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from operations.billing import accumulators, categories, denials, money
from operations.billing.accumulators import Accumulators
from operations.billing.charges import Charge
from operations.billing.line import Line, Reason
from operations.billing.money import Money
from operations.billing.plan import IN_NETWORK, Cost, Plan, Terms
from operations.billing.reasons import PATIENT


@dataclass(frozen=True, slots=True)
class Adjudication:
    """All lines of a claim, what they consumed, and the terms they were judged by."""

    lines: tuple[Line, ...]
    before: Accumulators
    after: Accumulators
    terms: Terms

    @property
    def outcome(self) -> str:
        """What becomes of the claim; `paid` if only by the deductible."""
        return categories.outcome([line.denial is not None for line in self.lines])

    def total(self, amount: Callable[[Line], Money]) -> Money:
        """The sum of an amount over all lines."""
        return money.total((amount(line) for line in self.lines), self.terms.plan.currency)


def adjudicate(charges: Sequence[Charge], terms: Terms, used: Accumulators) -> Adjudication:
    """Every line in order, each after what the lines before it consumed."""
    lines: list[Line] = []
    after = used
    for charge in charges:
        line = _line(charge, terms, after)
        lines.append(line)
        if line.denial is None:
            after = after.plus(line.deductible, line.share).visited(charge.category, charge.day, line.copay)
    return Adjudication(tuple(lines), used, after, terms)


def _line(charge: Charge, terms: Terms, used: Accumulators) -> Line:
    denial = denials.denial(charge, terms, used)
    return _denied(charge, denial) if denial else _covered(charge, terms, used)


def _denied(charge: Charge, denial: Reason) -> Line:
    nothing = money.zero(charge.submitted.currency)
    patient = charge.submitted if denial.group == PATIENT else nothing
    return Line(charge, nothing, nothing, charge.submitted, patient, nothing, nothing, nothing, nothing, denial=denial)


def _covered(charge: Charge, terms: Terms, used: Accumulators) -> Line:
    allowed = charge.allowed
    cost = terms.plan.service(charge.category).costs[terms.network]
    deductible, copay, coinsurance = _shares(allowed, cost, terms.plan, used, used.copaid(charge.category, charge.day))
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


def _shares(allowed: Money, cost: Cost, plan: Plan, used: Accumulators, copaid: Money) -> tuple[Money, Money, Money]:
    """Deductible, copay and coinsurance, together no more than is left of the out-of-pocket maximum."""
    nothing = money.zero(allowed.currency)
    left = accumulators.remaining(plan.deductible, used.member.deductible, used.family.deductible)
    deductible = min(allowed, left) if cost.after_deductible and left is not None else nothing
    due = max(nothing, cost.copay - copaid) if cost.copay is not None else nothing
    copay = min(allowed - deductible, due)
    rest = allowed - deductible - copay
    coinsurance = money.percentage(rest, cost.coinsurance) if cost.coinsurance is not None else nothing
    cap = accumulators.remaining(plan.out_of_pocket, used.member.out_of_pocket, used.family.out_of_pocket)
    return (deductible, copay, coinsurance) if cap is None else _spared(deductible, copay, coinsurance, cap)


def _spared(deductible: Money, copay: Money, coinsurance: Money, cap: Money) -> tuple[Money, Money, Money]:
    first = min(deductible, cap)
    second = min(copay, cap - first)
    return first, second, min(coinsurance, cap - first - second)
