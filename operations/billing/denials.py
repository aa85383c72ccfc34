"""When a line is not covered, and why.

The codes are claim adjustment reason codes by number; their wording is X12's, ours is in `reasons`.
Source: https://x12.org/codes/claim-adjustment-reason-codes
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from operations.billing.accumulators import Accumulators
from operations.billing.charges import Charge
from operations.billing.line import Reason
from operations.billing.plan import Terms
from operations.billing.reasons import CONTRACTUAL, PATIENT

Denying: TypeAlias = Callable[[Charge, Terms, Accumulators], bool]


def denial(charge: Charge, terms: Terms, used: Accumulators) -> Reason | None:
    """Why a charge is not covered, the first reason that applies; None when it is."""
    return next((why for applies, why in DENIALS if applies(charge, terms, used)), None)


def _unpriced(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return charge.fee is None


def _uncovered(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return not terms.plan.service(charge.category).costs


def _outside(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return terms.network not in terms.plan.service(charge.category).costs


def _unauthorized(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    return terms.plan.service(charge.category).authorization and not charge.authorized


def _exhausted(charge: Charge, terms: Terms, used: Accumulators) -> bool:
    limit, past = terms.plan.service(charge.category).visits, used.visits.get(charge.category, {})
    return limit is not None and charge.day not in past and len(past) >= limit


DENIALS: Sequence[tuple[Denying, Reason]] = (
    (_unpriced, Reason(CONTRACTUAL, "147")),
    (_uncovered, Reason(PATIENT, "204")),
    (_outside, Reason(PATIENT, "242")),
    (_unauthorized, Reason(CONTRACTUAL, "197")),
    (_exhausted, Reason(PATIENT, "119")),
)
"""In the order they are tried. What has no fee is never the patient's to pay: a missing price is not their fault."""
