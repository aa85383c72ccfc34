"""Rules on the shape of codes; whether a code exists is for terminology to say.

Source: https://www.cms.gov/medicare/coding-billing/icd-10-codes
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from operations.billing import readable, vocabulary
from operations.billing.case import Case
from operations.billing.fees import PROCEDURES
from operations.billing.rules.rule import Finding, Rule
from server.fhir.resource import Json

_diagnosis = re.compile(r"[A-Z][0-9][0-9AB](\.[0-9A-Z]{1,4})?")
_cpt = re.compile(r"[0-9]{4}[0-9A-Z]")
_hcpcs = re.compile(r"[A-V][0-9]{4}|[0-9]{4}[0-9A-Z]")
_modifier = re.compile(r"[0-9A-Z]{2}")
_SHAPES = {vocabulary.CPT: _cpt, vocabulary.HCPCS: _hcpcs}


def _diagnoses_coded(case: Case) -> Iterable[Finding]:
    for path, concept in _diagnoses(case):
        if not vocabulary.code(concept, vocabulary.ICD_10_CM):
            yield path, "the diagnosis has no code of ICD-10-CM"


def _diagnoses_shaped(case: Case) -> Iterable[Finding]:
    for path, concept in _diagnoses(case):
        if not all(_diagnosis.fullmatch(code) for code in vocabulary.codes(concept, vocabulary.ICD_10_CM)):
            yield path, "the code has not the shape of one of ICD-10-CM"


def _procedures_coded(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if not vocabulary.code(item["productOrService"], *PROCEDURES):
            yield f"{path}.productOrService", "the service has no code of CPT or HCPCS"


def _procedures_shaped(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        concept = item["productOrService"]
        shaped = (
            shape.fullmatch(code) for system, shape in _SHAPES.items() for code in vocabulary.codes(concept, system)
        )
        if not all(shaped):
            yield f"{path}.productOrService", "the code has not the shape of one of CPT or HCPCS"


def _procedures_one(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if len(set(vocabulary.codes(item["productOrService"], *PROCEDURES))) > 1:
            yield f"{path}.productOrService", "a line is for one service, and has the codes of several"


def _modifiers_shaped(case: Case) -> Iterable[Finding]:
    for path, codes in _modifiers(case):
        if not codes or not all(map(_modifier.fullmatch, codes)):
            yield path, "a modifier has two letters or digits"


def _modifiers_one(case: Case) -> Iterable[Finding]:
    for path, codes in _modifiers(case):
        if len(codes) > 1:
            yield path, "each modifier is an element of its own"


def _modifiers_once(case: Case) -> Iterable[Finding]:
    known: set[str] = set()
    for path, codes in _modifiers(case):
        if codes & known:
            yield path, "the modifier is repeated"
        known |= codes


def _diagnoses(case: Case) -> Iterator[tuple[str, Json]]:
    """Each diagnosis' concept, its own or that of the Condition it refers to, where there is one."""
    for path, one in case.listed("diagnosis"):
        if "diagnosisCodeableConcept" in one:
            yield f"{path}.diagnosis", one["diagnosisCodeableConcept"]
        elif (condition := case.found(one.get("diagnosisReference", {}))) is not None:
            yield f"{path}.diagnosis", condition.get("code", {})


def _modifiers(case: Case) -> Iterator[tuple[str, set[str]]]:
    """The codes of each modifier that can be read."""
    given = (found for path, item in case.lines for found in case.listed("modifier", item, path))
    return readable.each(lambda one: (one[0], {*vocabulary.codes(one[1], *PROCEDURES)}), given)


RULES = (
    Rule("diagnosis-coded", "code-invalid", _diagnoses_coded, each="diagnosis"),
    Rule("diagnosis-shape", "code-invalid", _diagnoses_shaped, each="diagnosis"),
    Rule("procedure-coded", "code-invalid", _procedures_coded, each="item"),
    Rule("procedure-shape", "code-invalid", _procedures_shaped, each="item"),
    Rule("procedure-one", "business-rule", _procedures_one, each="item"),
    Rule("modifier-shape", "code-invalid", _modifiers_shaped, each="item"),
    Rule("modifier-one", "business-rule", _modifiers_one, each="item"),
    Rule("modifier-once", "business-rule", _modifiers_once, each="item"),
)
