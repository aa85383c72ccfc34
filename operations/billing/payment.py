"""A payment to be posted, and what its claims have still unpaid.

A payment of a payer names it as `paymentIssuer`; one without is the patient's, for whom R4 has no such element.
Source: http://hl7.org/fhir/R4/paymentreconciliation.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from operations.billing import categories, coverage, vocabulary
from operations.billing.money import Money
from server.fhir.resource import Json, Resource


@dataclass(frozen=True, slots=True)
class Payment:
    """A PaymentReconciliation, and the posted EOBs of its claims by the references of Claim and ClaimResponse.

    `payer_known` says whether the server has its payer, `people` all records of the person that each patient is.
    """

    reconciliation: Resource
    explanations: Mapping[str, Resource]
    payer_known: bool
    today: date
    people: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def payer(self) -> str:
        """The relative reference of the payer; empty when the patient pays."""
        return coverage.reference(self.reconciliation.get("paymentIssuer", {}))

    @property
    def by_patient(self) -> bool:
        """Whether the patient pays."""
        return "paymentIssuer" not in self.reconciliation

    @property
    def details(self) -> list[tuple[str, Json]]:
        """Each detail with its FHIRPath."""
        listed = self.reconciliation.get("detail", ())
        return [(f"PaymentReconciliation.detail[{place}]", one) for place, one in enumerate(listed)]

    @property
    def claims(self) -> list[tuple[str, Json, Resource]]:
        """Each detail that pays one posted claim, with its FHIRPath and the claim's EOB."""
        found = ((path, one, self.named(one)) for path, one in self.details if kind(one) == "payment")
        return [(path, one, known[0]) for path, one, known in found if len(known) == 1]

    @property
    def adjustments(self) -> list[tuple[str, Json]]:
        """Each detail that is for no claim, with its FHIRPath."""
        return [(path, one) for path, one in self.details if kind(one) == "adjustment"]

    @property
    def identity(self) -> Resource:
        """The Identifier that keeps it from being posted twice: who paid, and the number of the payment in one case."""
        return {"system": vocabulary.POSTING, "value": self._named.casefold()}

    @property
    def identities(self) -> list[str]:
        """Its identity and those that earlier versions gave, which payments may have in common."""
        return list(dict.fromkeys((self.identity["value"], self._named, "#".join(self._said))))

    @property
    def _named(self) -> str:
        said = [one.replace("%", "%25").replace("#", "%23") for one in self._said]
        return "#".join(self._said if said == [*self._said] else ["", *said])

    def repeats(self, posted: Resource) -> bool:
        """Whether this payment is one that was posted under its identity, now or by an earlier version."""
        return _numbered(posted) == _numbered(self.reconciliation)

    @property
    def _said(self) -> list[str]:
        payers = [self.payer] if self.payer else sorted(min(one) for one in self.patients)
        return [*payers, *_number(self.reconciliation)]

    @property
    def patients(self) -> set[frozenset[str]]:
        """The persons of its claims, each by all records."""
        named = {coverage.reference(explanation["patient"]) for _, _, explanation in self.claims}
        return {self.people.get(one, frozenset((one,))) for one in named}

    @property
    def owed(self) -> str:
        """The category of what the payer, or else the patient, owes."""
        return "memberliability" if self.by_patient else "benefit"

    @property
    def paid(self) -> str:
        """The category of what is paid of it."""
        return "paidbypatient" if self.by_patient else "paidtoprovider"

    def named(self, detail: Json) -> list[Resource]:
        """The posted EOBs that a detail names, each once."""
        known = [self.explanations[one] for one in named(detail) if one in self.explanations]
        return [one for place, one in enumerate(known) if one not in known[:place]]

    def unpaid(self, explanation: Resource) -> Money:
        """What a claim has still open of what the payer, or else the patient, owes."""
        return categories.total(explanation, self.owed) - categories.total(explanation, self.paid)


def _number(reconciliation: Resource) -> tuple[str, str]:
    """System and value of the number of a payment, without the space around them."""
    number = reconciliation["paymentIdentifier"]
    return number.get("system", "").strip(), " ".join(number["value"].split())


def _numbered(reconciliation: Resource) -> tuple[str, ...]:
    """A payment's number as identifiers are compared, in any letter case."""
    return tuple(one.casefold() for one in _number(reconciliation))


def kind(detail: Json) -> str:
    """What a detail is: `payment`, `adjustment`, or empty for what is not understood."""
    found = vocabulary.sole(detail["type"], vocabulary.RECONCILIATION)
    return found if found in ("payment", "adjustment") else ""


def named(detail: Json) -> Iterator[str]:
    """The relative references of the Claim and of the ClaimResponse that a detail names."""
    for name, type_ in (("request", "Claim"), ("response", "ClaimResponse")):
        reference = coverage.reference(detail.get(name, {}))
        if reference.startswith(f"{type_}/"):
            yield reference


def references(reconciliation: Resource) -> tuple[str, ...]:
    """The Claims and ClaimResponses that a payment names, each once: their posted EOBs are what `Payment` needs."""
    return tuple(dict.fromkeys(one for detail in reconciliation.get("detail", ()) for one in named(detail)))


def by_reference(explanations: Sequence[Resource]) -> Mapping[str, Resource]:
    """Posted EOBs that are in effect, by the relative references of their Claim and ClaimResponse."""
    active = [one for one in explanations if one["status"] == "active"]
    return {coverage.reference(one[name]): one for one in active for name in ("claim", "claimResponse")}
