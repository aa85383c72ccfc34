"""Rules on who is who: patient, provider, payer and encounter exist and agree.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable

from operations.billing import case as cases
from operations.billing import coverage, modifiers, npi, readable, vocabulary
from operations.billing.case import Case
from operations.billing.rules.rule import Finding, Rule
from server.fhir.resource import Json

HELD = ("in-progress", "onleave", "finished")
"""Statuses of an encounter in which services were given. Source: http://hl7.org/fhir/R4/valueset-encounter-status.html"""
WITHDRAWN = ("refuted", "entered-in-error")
"""Verification statuses of a diagnosis that nobody holds any more."""


def _known(case: Case) -> Iterable[Finding]:
    found = readable.each(lambda one: (one[0], case.found(one[1])), cases.references(case.claim))
    yield from ((path, "there is no such resource on this server") for path, one in found if one is None)


def _understood(case: Case) -> Iterable[Finding]:
    for path, found in readable.each(lambda one: (one[0], case.found(one[1])), cases.references(case.claim)):
        for within in modifiers.unknown(found or {"resourceType": ""}):
            yield path, f"{within} may change the meaning of the rest, and is not understood"


def _replaced(case: Case) -> Iterable[Finding]:
    patient = case.found(case.claim["patient"]) or {}
    if any(link.get("type") == "replaced-by" for link in patient.get("link", ())):
        yield "Claim.patient", "another record took the place of this one"


def _beneficiary(case: Case) -> Iterable[Finding]:
    for path, one in case.listed("insurance"):
        covered = case.found(one["coverage"])
        if covered is not None and not case.is_patient(covered["beneficiary"]):
            yield f"{path}.coverage", "the coverage is of another patient"


def _coverage_active(case: Case) -> Iterable[Finding]:
    if case.coverage is not None and case.coverage.get("status") != "active":
        yield f"{case.focal[0]}.coverage", "the coverage is not active"


def _insurer(case: Case) -> Iterable[Finding]:
    """The first payor decides, by its plan; the claim is its, whoever else pays."""
    covered, insurer = case.coverage, case.claim.get("insurer")
    if (
        covered is not None
        and case.found(insurer or {}) is not None
        and not coverage.same(covered["payor"][0], insurer)
    ):
        yield "Claim.insurer", "the insurer is not the payor of the coverage"


def _payor(case: Case) -> Iterable[Finding]:
    if case.coverage is not None and not _insurance(case):
        yield f"{case.focal[0]}.coverage", "the payor of the coverage is no Organization on this server"


def _first(case: Case) -> Iterable[Finding]:
    """What another insurance pays first is not known here."""
    own = case.coverage or {}
    for _, when in case.dated:
        before = [one for one in case.insured if own and coverage.may_pay_before(one, own, when.first)]
        if before:
            text = f"Coverage/{before[0]['id']} of the patient pays before this one, or no order says which does"
            yield f"{case.focal[0]}.coverage", text


def _plan(case: Case) -> Iterable[Finding]:
    """Which plan it is depends on the day of service."""
    if case.dated and _insurance(case) and case.plan is None and not case.plan_faults:
        yield f"{case.focal[0]}.coverage", "no active plan of the payor is the one that the coverage names"


def _network(case: Case) -> Iterable[Finding]:
    if len(case.networks) > 1:
        yield "Claim.provider", "the provider is in the network on some of the days only: they are claims of their own"


def _encounter_held(case: Case) -> Iterable[Finding]:
    for path, _, encounter in case.encounters:
        if encounter is not None and encounter.get("status") not in HELD:
            yield path, "the encounter has not taken place"


def _diagnosis_patient(case: Case) -> Iterable[Finding]:
    for path, condition in case.conditions:
        if not case.is_patient(condition["subject"]):
            yield path, "the diagnosis is of another patient"


def _diagnosis_stands(case: Case) -> Iterable[Finding]:
    for path, condition in case.conditions:
        if vocabulary.code(condition.get("verificationStatus", {}), vocabulary.CONDITION_VERIFICATION) in WITHDRAWN:
            yield path, "the diagnosis has been withdrawn"


def _encounter_patient(case: Case) -> Iterable[Finding]:
    for path, _, encounter in case.encounters:
        if encounter is not None and not case.is_patient(encounter.get("subject", {})):
            yield path, "the encounter is of another patient"


def _provider_number(case: Case) -> Iterable[Finding]:
    provider = case.claim["provider"]
    if case.found(provider) is not None and not _numbers(case, provider):
        yield "Claim.provider", "the provider has no NPI"


def _provider_numbers_valid(case: Case) -> Iterable[Finding]:
    """Every NPI of the provider and the care team has its check digit."""
    named = ((path, one) for path, one in cases.references(case.claim) if path.endswith(".provider"))
    for path, numbers in readable.each(lambda one: (one[0], _numbers(case, one[1])), named):
        if not all(map(npi.valid, numbers)):
            yield path, "the NPI of the provider fails its check digit"


def _numbers(case: Case, reference: Json) -> list[str]:
    return [number for one in case.named(reference) for number in vocabulary.identifiers(one, vocabulary.NPI)]


def _insurance(case: Case) -> bool:
    """Whether the payor of the coverage is known."""
    covered = case.coverage
    return covered is not None and (case.found(covered["payor"][0]) or {}).get("resourceType") == "Organization"


RULES = (
    Rule("reference-known", "not-found", _known),
    Rule("referred-understood", "extension", _understood),
    Rule("patient-current", "business-rule", _replaced),
    Rule("beneficiary", "business-rule", _beneficiary, each="insurance"),
    Rule("coverage-active", "business-rule", _coverage_active),
    Rule("insurer", "business-rule", _insurer),
    Rule("payor-known", "not-found", _payor),
    Rule("first-insurance", "not-supported", _first, each="item"),
    Rule("plan-known", "not-found", _plan),
    Rule("one-network", "not-supported", _network),
    Rule("encounter-patient", "business-rule", _encounter_patient, each="item.encounter"),
    Rule("encounter-held", "business-rule", _encounter_held, each="item.encounter"),
    Rule("diagnosis-patient", "business-rule", _diagnosis_patient, each="diagnosis"),
    Rule("diagnosis-stands", "business-rule", _diagnosis_stands, each="diagnosis"),
    Rule("provider-npi", "required", _provider_number),
    Rule("npi-check-digit", "value", _provider_numbers_valid),
)
