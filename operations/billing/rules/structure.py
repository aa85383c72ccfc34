"""Rules on what a claim consists of.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from operations.billing.case import Case
from operations.billing.rules.rule import Finding, Rule
from server.fhir.resource import Json

LINES, DIAGNOSES, POINTERS, MODIFIERS = 50, 12, 4, 4
"""How many a professional claim, or one of its lines, may have."""


def _use(case: Case) -> Iterable[Finding]:
    if case.claim["use"] != "claim":
        yield "Claim.use", "only claims for payment are taken"


def _status(case: Case) -> Iterable[Finding]:
    if case.claim["status"] != "active":
        yield "Claim.status", "only an active claim can be submitted"


def _focal(case: Case) -> Iterable[Finding]:
    if not case.focal[1]:
        yield "Claim.insurance", "exactly one insurance is the focal one"


def _lines(case: Case) -> Iterable[Finding]:
    if not 1 <= len(case.lines) <= LINES:
        yield "Claim.item", f"a claim has 1 to {LINES} lines"


def _line_numbers(case: Case) -> Iterable[Finding]:
    yield from _repeated(case.claim.get("item", ()), "Claim.item")


def _details(case: Case) -> Iterable[Finding]:
    yield from (
        (f"{path}.detail", "each service is a line of its own") for path, one in case.lines if one.get("detail")
    )


def _diagnoses(case: Case) -> Iterable[Finding]:
    if not case.claim.get("diagnosis"):
        yield "Claim.diagnosis", "at least one diagnosis is required"


def _diagnosis_count(case: Case) -> Iterable[Finding]:
    if len(case.claim.get("diagnosis", ())) > DIAGNOSES:
        yield "Claim.diagnosis", f"a claim has at most {DIAGNOSES} diagnoses"


def _diagnosis_numbers(case: Case) -> Iterable[Finding]:
    yield from _repeated(case.claim.get("diagnosis", ()), "Claim.diagnosis")


def _pointers(case: Case) -> Iterable[Finding]:
    known = {one["sequence"] for one in case.claim.get("diagnosis", ())}
    for path, item in case.lines:
        for place, pointer in enumerate(item.get("diagnosisSequence", ())):
            if known and pointer not in known:
                yield f"{path}.diagnosisSequence[{place}]", "no diagnosis of the claim has this number"


def _pointer_count(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if not 1 <= len(item.get("diagnosisSequence", ())) <= POINTERS:
            yield f"{path}.diagnosisSequence", f"a line points to 1 to {POINTERS} diagnoses"


def _modifier_count(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if len(item.get("modifier", ())) > MODIFIERS:
            yield f"{path}.modifier", f"a line has at most {MODIFIERS} modifiers"


def _repeated(listed: Sequence[Json], path: str) -> Iterable[Finding]:
    numbers = [one["sequence"] for one in listed]
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            yield f"{path}[{place}].sequence", "the number is used twice"


RULES = (
    Rule("use", "not-supported", _use),
    Rule("status", "business-rule", _status),
    Rule("focal-insurance", "business-rule", _focal),
    Rule("line-count", "business-rule", _lines),
    Rule("line-numbers", "business-rule", _line_numbers),
    Rule("line-details", "not-supported", _details),
    Rule("diagnosis-present", "required", _diagnoses),
    Rule("diagnosis-count", "business-rule", _diagnosis_count),
    Rule("diagnosis-numbers", "business-rule", _diagnosis_numbers),
    Rule("diagnosis-pointer", "business-rule", _pointers),
    Rule("pointer-count", "business-rule", _pointer_count),
    Rule("modifier-count", "business-rule", _modifier_count),
)
