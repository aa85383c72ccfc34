"""Operations: an OperationDefinition and a file of code each. To add one, write both and a row in ALL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources

from operations import eligibility, plans, post, report, submit
from server.fhir import codec
from server.fhir.resource import Resource
from server.interactions.holding import Hold
from server.interactions.operation import Operation
from server.interactions.request import CSV


def _definition(name: str) -> Resource:
    return codec.decode_resource(resources.files(__name__).joinpath(f"{name}.json").read_bytes())


_CREATES_DECISION = (("create", "Claim"), ("create", "ClaimResponse"), ("create", "ExplanationOfBenefit"))
_CREATES_ANSWER = (("create", "CoverageEligibilityRequest"), ("create", "CoverageEligibilityResponse"))
_READS_POLICY = (
    ("read", "Coverage"),
    ("search-type", "Coverage"),
    ("search-type", "InsurancePlan"),
    ("search-type", "ExplanationOfBenefit"),
)


ROWS: Sequence[Operation] = (
    Operation(_definition("submit"), submit.run, (*_CREATES_DECISION, *_READS_POLICY), explain=submit.explain),
    Operation(_definition("request_eligibility"), eligibility.submit, (*_CREATES_ANSWER, *_READS_POLICY)),
    Operation(_definition("eligibility"), eligibility.check, (*_CREATES_ANSWER, *_READS_POLICY)),
    Operation(
        _definition("post"),
        post.run,
        (("create", "PaymentReconciliation"), ("update", "ExplanationOfBenefit"), ("read", "ClaimResponse")),
    ),
    Operation(
        _definition("report"), report.run, (("search-type", "Claim"), ("search-type", "ExplanationOfBenefit")), (CSV,)
    ),
)
"""Every operation, with the interactions that it performs for its caller."""

ALL: Mapping[str, Sequence[Operation]] = {
    code: tuple(one for one in ROWS if one.definition["code"] == code)
    for code in dict.fromkeys(one.definition["code"] for one in ROWS)
}
"""The same by their code; one code may be used on several types."""

_ROLE = ("practitioner", "organization")

HOLDS: Mapping[str, Hold] = {
    "Coverage": Hold(plans.OWNER, "ExplanationOfBenefit", "coverage", ("beneficiary", "payor")),
    "Patient": Hold(plans.OWNER, "ExplanationOfBenefit", "patient"),
    "PractitionerRole": Hold(plans.OWNER, "ExplanationOfBenefit", "provider", _ROLE, through=_ROLE),
}
"""What an account stands on: whoever is covered by another insurer, or is another person, has another Coverage. And
what a duplicate is told by: who leaves a practice has a role that has ended.
"""
