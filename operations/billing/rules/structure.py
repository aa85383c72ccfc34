"""Rules on what a claim consists of.

Source: http://hl7.org/fhir/R4/claim.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from operations.billing import coverage, modifiers, readable, vocabulary
from operations.billing.case import Case
from operations.billing.rules.rule import Finding, Rule, told
from server.fhir.resource import Json, Resource

STATED: Mapping[str, Sequence[str]] = {
    "": ("status", "use", "created"),
    "insurance": ("sequence", "focal"),
    "careTeam": ("sequence",),
    "diagnosis": ("sequence",),
    "procedure": ("sequence",),
    "supportingInfo": ("sequence",),
    "item": ("sequence",),
}
"""What must have a value, by the element it belongs to."""
POINTED: Mapping[str, str] = {
    "careTeamSequence": "careTeam",
    "procedureSequence": "procedure",
    "informationSequence": "supportingInfo",
}
"""What a line points to beside its diagnoses, by the element that does."""
NUMBERED = ("insurance", "diagnosis", *POINTED.values())
"""What has numbers of its own beside the lines."""
LINES, DIAGNOSES, POINTERS, MODIFIERS = 50, 12, 4, 4
"""How many a professional claim, or one of its lines, may have."""


def _stated(case: Case) -> Iterable[Finding]:
    """Required codes, dates and numbers have a value, and not only an extension that says why there is none."""
    for group, names in STATED.items():
        found = [("Claim", case.claim)] if not group else _elements(case.claim, group)
        yield from (
            (f"{path}.{name}", "a value is required")
            for path, one in found
            for name in names
            if not readable.stated(one, name)
        )


def _elements(claim: Resource, group: str) -> list[tuple[str, Json]]:
    return [(f"Claim.{group}[{place}]", one) for place, one in enumerate(readable.listed(claim, group))]


def _use(case: Case) -> Iterable[Finding]:
    if case.claim["use"] != "claim":
        yield "Claim.use", "only claims for payment are taken"


def _type(case: Case) -> Iterable[Finding]:
    if set(vocabulary.codes(case.claim["type"], vocabulary.CLAIM_TYPE)) != {"professional"}:
        yield "Claim.type", "only professional claims are taken"


def _payee(case: Case) -> Iterable[Finding]:
    """Assigned claims: what is not paid to the provider would be posted as paid to it."""
    payee = case.claim.get("payee")
    if payee is None:
        return
    yield from told((_payee_type(payee), _payee_party(case, payee)))


def _payee_type(payee: Json) -> Iterator[Finding]:
    if {*vocabulary.codes(payee["type"], vocabulary.PAYEE)} != {"provider"}:
        yield "Claim.payee", "only the provider is paid"


def _payee_party(case: Case, payee: Json) -> Iterator[Finding]:
    if "party" in payee and coverage.reference(payee["party"]) != coverage.reference(case.claim["provider"]):
        yield "Claim.payee", "only the provider is paid"


def _status(case: Case) -> Iterable[Finding]:
    if case.claim["status"] != "active":
        yield "Claim.status", "only an active claim can be submitted"


def _contained(case: Case) -> Iterable[Finding]:
    if case.claim.get("contained"):
        yield "Claim.contained", "what a claim refers to is a resource of its own"


def _modifiers_understood(case: Case) -> Iterable[Finding]:
    for path in modifiers.unknown(case.claim):
        yield path, "this may change the meaning of the rest, and is not understood"


def _replaces(case: Case) -> Iterable[Finding]:
    for path, one in case.listed("related"):
        if vocabulary.code(one.get("relationship", {}), vocabulary.CLAIM_RELATIONSHIP) == "prior":
            yield f"{path}.relationship", "a claim that replaces another is not taken"


def _primary(case: Case) -> Iterable[Finding]:
    """What another insurance pays first is not known here, so only the first in order is billed."""
    path, billed = case.focal
    if billed and any(one["sequence"] < billed["sequence"] for _, one in case.listed("insurance")):
        yield f"{path}.sequence", "only the first insurance in order is billed"


def _focal(case: Case) -> Iterable[Finding]:
    """Two that can be read are one too many, whatever the others say."""
    known = [*readable.each(lambda one: one[1].get("focal"), case.listed("insurance"))]
    if known.count(True) > 1 or not case.focal[1]:
        yield "Claim.insurance", "exactly one insurance is the focal one"


def _lines(case: Case) -> Iterable[Finding]:
    if not 1 <= len(case.claim.get("item", ())) <= LINES:
        yield "Claim.item", f"a claim has 1 to {LINES} lines"


def _line_numbers(case: Case) -> Iterable[Finding]:
    yield from _repeated(case.listed("item"))


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


def _numbers(case: Case) -> Iterable[Finding]:
    for name in NUMBERED:
        yield from _repeated(case.listed(name))


def _pointers(case: Case) -> Iterable[Finding]:
    known = {one["sequence"] for one in case.claim.get("diagnosis", ())}
    for path, item in case.lines:
        for place, pointer in case.listed("diagnosisSequence", item, path):
            if known and pointer not in known:
                yield place, "no diagnosis of the claim has this number"


def _pointer_count(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if not 1 <= len(item.get("diagnosisSequence", ())) <= POINTERS:
            yield f"{path}.diagnosisSequence", f"a line points to 1 to {POINTERS} diagnoses"


def _other_pointers(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        given = ((group, one) for name, group in POINTED.items() for one in case.listed(name, item, path))
        yield from told(_pointing(case, group, *one) for group, one in given)


def _pointing(case: Case, group: str, path: str, pointer: Json) -> Iterator[Finding]:
    if pointer not in {one["sequence"] for one in case.claim.get(group, ())}:
        yield path, f"no {group} of the claim has this number"


def _modifier_count(case: Case) -> Iterable[Finding]:
    for path, item in case.lines:
        if len(item.get("modifier", ())) > MODIFIERS:
            yield f"{path}.modifier", f"a line has at most {MODIFIERS} modifiers"


def _repeated(listed: Sequence[tuple[str, Json]]) -> Iterable[Finding]:
    known: set[int] = set()
    for path, number in readable.each(lambda one: (one[0], one[1]["sequence"]), listed):
        if number in known:
            yield f"{path}.sequence", "the number is used twice"
        known.add(number)


FIRST = Rule("stated", "required", _stated)
"""What others need: those are silent where it is broken."""
RULES = (
    FIRST,
    Rule("use", "not-supported", _use),
    Rule("type", "not-supported", _type),
    Rule("payee", "not-supported", _payee),
    Rule("status", "business-rule", _status),
    Rule("contained", "not-supported", _contained),
    Rule("modifier-extension", "extension", _modifiers_understood),
    Rule("replacement", "not-supported", _replaces, each="related"),
    Rule("primary-insurance", "not-supported", _primary, each="insurance"),
    Rule("focal-insurance", "business-rule", _focal),
    Rule("line-count", "business-rule", _lines),
    Rule("line-numbers", "business-rule", _line_numbers),
    Rule("line-details", "not-supported", _details, each="item"),
    Rule("diagnosis-present", "required", _diagnoses),
    Rule("diagnosis-count", "business-rule", _diagnosis_count),
    Rule("numbers", "business-rule", _numbers),
    Rule("diagnosis-pointer", "business-rule", _pointers, each="item.diagnosisSequence"),
    Rule("pointer-count", "business-rule", _pointer_count, each="item"),
    Rule("other-pointer", "business-rule", _other_pointers, each="item"),
    Rule("modifier-count", "business-rule", _modifier_count, each="item"),
)
