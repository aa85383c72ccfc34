"""Why an amount is not paid: group and reason codes of claim adjustments, with words of our own.

Source: https://x12.org/codes/claim-adjustment-reason-codes
"""

from __future__ import annotations

from collections.abc import Mapping

from operations.billing import vocabulary
from operations.billing.line import Reason
from server.fhir.resource import Resource

CONTRACTUAL, PATIENT = "CO", "PR"
"""Claim adjustment group codes: the provider's loss, or the patient's to pay."""

DEDUCTIBLE, COINSURANCE, COPAY = Reason(PATIENT, "1"), Reason(PATIENT, "2"), Reason(PATIENT, "3")
DISCOUNT, EXCESS = Reason(CONTRACTUAL, "45"), Reason(PATIENT, "45")
"""What is charged above the allowed amount, in network and out of it."""

WORDS: Mapping[str, str] = {
    "1": "This counts toward your yearly deductible.",
    "2": "Your share of the allowed amount, a percentage.",
    "3": "Your fixed payment for a visit.",
    "45": "The charge is more than the plan allows for the service.",
    "119": "The plan's yearly number of visits is used up.",
    "147": "The plan has no price for this service with this provider.",
    "197": "The service needed the plan's approval beforehand, and the claim names none.",
    "204": "The plan does not cover this kind of service.",
    "242": "The plan covers this kind of service only by providers of its network.",
}
"""Reason code to what we say of it; not X12's wording."""


def concept(reason: Reason) -> Resource:
    """The CodeableConcept of a reason: its code, who bears it, and our words."""
    codings = [{"system": vocabulary.REASON, "code": reason.code}, {"system": vocabulary.GROUP, "code": reason.group}]
    return {"coding": codings, "text": WORDS[reason.code]}
