"""An adjudicated line of a claim, which balances or does not exist.

Source: http://hl7.org/fhir/R4/adjudication.html
"""

from __future__ import annotations

from dataclasses import dataclass

from operations.billing import money
from operations.billing.charges import Charge
from operations.billing.money import Money, Unbalanced


@dataclass(frozen=True, slots=True)
class Reason:
    """A claim adjustment: the group code says who bears it, the reason code why."""

    group: str
    code: str


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of a charge.

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
    denial: Reason | None = None

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
