"""The ten steps, in order; to add one, write a file here and a row in STEPS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.tour.steps import (
    charge_entry,
    coding,
    documentation,
    patient_billing,
    payment_posting,
    processing,
    registration,
    reporting,
    submission,
    verification,
)
from server.tour.visit import Visit

Step = Callable[[Visit], None]

STEPS: Sequence[tuple[str, str, Step]] = (
    ("Registration", "The front desk registers Tobias Tourist; its system sends HL7 v2.", registration.run),
    ("Insurance verification", "Is he covered today, and what will he have to pay?", verification.run),
    ("Encounter documentation", "The doctor sees him and writes down what she finds.", documentation.run),
    ("Coding", "A coder turns the finding into a code that payers understand.", coding.run),
    ("Charge entry", "The charge system sends what was done, again as HL7 v2.", charge_entry.run),
    ("Claim submission", "The charges become a claim, which is scrubbed before it is taken.", submission.run),
    (
        "Insurance processing",
        "The payer has decided; its explanation says why, line by line.",
        processing.run,
    ),
    ("Patient billing", "What the plan leaves is billed to the patient.", patient_billing.run),
    ("Payment posting", "The payer pays, then the patient; each payment is matched to the claim.", payment_posting.run),
    ("Reporting", "The numbers a practice is run by.", reporting.run),
)
"""Name, what happens in a sentence, and the step itself."""
