"""A decided claim: what ClaimResponse and ExplanationOfBenefit are both written from.

Source: http://hl7.org/fhir/R4/adjudication.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from operations.billing import coverage, days, places, vocabulary
from operations.billing.adjudication import Adjudication
from server.fhir.resource import Json, Resource

DISPOSITIONS: Mapping[str, str] = {
    "paid": "Every service is covered.",
    "partial": "Some of the services are not covered.",
    "denied": "None of the services is covered.",
}
"""Outcome of an adjudication to what is said of the claim."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A scrubbed claim that has an id, the coverage that is billed, and what adjudication makes of it.

    `response` and `explanation` are the ids of both resources, `created` is a FHIR dateTime, `paid` the FHIR date on
    which the payer pays, `place` its Identifier among the EOBs of the patient, `npi` the number of the provider.
    """

    claim: Resource
    coverage: Resource
    adjudication: Adjudication
    response: str
    explanation: str
    created: str
    paid: str
    place: Resource
    npi: str

    @property
    def insurer(self) -> Json:
        """The Reference to the payer: the claim's insurer, else the payor of the coverage."""
        found: Json = self.claim.get("insurer") or self.coverage["payor"][0]
        return found

    @property
    def provider(self) -> Json:
        """The Reference to the provider with its NPI: who it was is known, whatever becomes of its record."""
        return {**self.claim["provider"], "identifier": {"system": vocabulary.NPI, "value": self.npi}}

    @property
    def payee(self) -> Json:
        """Who is paid: whom the claim says, else its provider."""
        stated: Json = self.claim.get("payee")
        return stated or {"type": vocabulary.concept(vocabulary.PAYEE, "provider"), "party": self.claim["provider"]}

    @property
    def disposition(self) -> str:
        """What is said of the claim as a whole."""
        return DISPOSITIONS[self.adjudication.outcome]

    @property
    def number(self) -> Resource:
        """The Identifier that the payer gives to the claim."""
        type_ = vocabulary.concept(vocabulary.CARIN_IDENTIFIER, "uc")
        return {"type": type_, "system": vocabulary.CLAIM_NUMBER, "value": self.explanation}

    @property
    def billed(self) -> Resource:
        """The Period that the claim is for: what it says, else from the first day of its lines to the last."""
        found = [days.serviced(item) for item in self.claim["item"]]
        known = [one for one in found if one is not None]
        lines = {
            "start": min(one.first for one in known).isoformat(),
            "end": max(one.last for one in known).isoformat(),
        }
        return {**lines, **self.claim.get("billablePeriod", {})}

    @property
    def places(self) -> list[Resource]:
        """Its place among the EOBs of the policy, and among those of the patient: no two decisions share one."""
        return [places.of_policy(coverage.policy(self.coverage), self.adjudication.before.ordinal), self.place]
