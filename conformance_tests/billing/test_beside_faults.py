"""A fault of one element hides no reason about another: whoever mends it would hear of that only then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace

import pytest

from conformance_tests.billing import resources
from conformance_tests.billing.test_scrub import BROKEN
from operations.billing import case, readable, scrub, vocabulary
from operations.billing.case import Case
from operations.billing.vocabulary import concept
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

RELATED = {"relationship": concept(vocabulary.CLAIM_RELATIONSHIP, "associated")}
SIBLINGS: Mapping[str, Resource] = {
    "careTeam": {**resources.CLAIM["careTeam"][0], "sequence": 99},
    "diagnosis": {**resources.CLAIM["diagnosis"][0], "sequence": 99},
    "insurance": {**resources.CLAIM["insurance"][0], "sequence": 99, "focal": False},
    "item": {**resources.item("S9083", "1.00", sequence=99), "modifier": [concept(vocabulary.HCPCS, "25")]},
    "related": RELATED,
}
"""Group to an element that is put before those of a claim, and then has a fault."""
SILENT = {
    ("diagnosis", "diagnosis-pointer"),
    ("careTeam", "other-pointer"),
    ("diagnosis", "diagnosis-present"),
    ("item", "claim-total"),
}
"""Where what is faulty could be what the reason lacks, or a part of its sum."""
UNBILLED = ("Claim.insurance[0]", "Claim.insurance[0].focal")
"""With these faults it cannot be told which insurance is billed."""


def _reasons(checked: Case, *faults: str) -> set[tuple[str, str]]:
    found = scrub.issues(checked, [Issue("error", "value", "", one) for one in faults])
    return {(one.diagnostics.partition(":")[0], one.expression) for one in found}


def _moved(group: str, path: str) -> str:
    """The path once there is one more element before those of the group."""
    return re.sub(rf"(?<=^Claim\.{group}\[)\d+", lambda found: str(int(found.group()) + 1), path)


def _before(checked: Case, group: str) -> Case:
    return replace(checked, claim={**checked.claim, group: [SIBLINGS[group], *checked.claim.get(group, ())]})


def _faults(group: str) -> Iterator[str]:
    """Of the element that comes first: as a whole, and each member."""
    found = (f"Claim.{group}[0]", *(f"Claim.{group}[0].{name}" for name in SIBLINGS[group]))
    return (one for one in found if one not in UNBILLED)


@pytest.mark.parametrize("rule", BROKEN)
def test_an_element_with_a_fault_hides_no_reason_about_those_beside_it(rule: str) -> None:
    for group in SIBLINGS:
        if (group, rule) in SILENT:
            continue
        broken = BROKEN[rule][0]()
        expected = {(one, _moved(group, path)) for one, path in _reasons(broken) if one == rule}
        for fault in _faults(group):
            told = _reasons(_before(broken, group), fault)
            assert expected <= told, (fault, expected - told)


REFERENCES = [path for path, _ in case.references(resources.CLAIM)]


def _referring(claim: Resource, path: str) -> Json:
    """The Reference at a FHIRPath."""
    names = re.findall(r"[A-Za-z]+|\d+", path.removeprefix("Claim"))
    found: Json = claim
    for name in names:
        found = found[int(name)] if name.isdigit() else found.get(name) or found[f"{name}Reference"]
    return found


@pytest.mark.parametrize("faulty", REFERENCES)
def test_a_reference_with_a_fault_hides_no_other_that_leads_nowhere(faulty: str) -> None:
    for other in REFERENCES:
        claim = deepcopy(resources.CLAIM)
        _referring(claim, other)["reference"] = "Nothing/x"
        if other != faulty:
            assert ("reference-known", other) in _reasons(resources.case(claim), faulty)


def test_faults_within_a_line_hide_nothing_of_what_is_beside_them() -> None:
    claim = deepcopy(resources.CLAIM)
    odd = concept(vocabulary.HCPCS, "2")
    nobody = {"reference": "Encounter/none"}
    claim["item"][0].update(
        modifier=[odd, odd, concept(vocabulary.HCPCS, "25"), concept(vocabulary.HCPCS, "25")],
        diagnosisSequence=["x", 9],
        careTeamSequence=["x", 9],
        informationSequence=[9],
        encounter=["x", nobody],
    )
    places = ("modifier[0]", "diagnosisSequence[0]", "careTeamSequence[0]", "encounter[0]")
    found = _reasons(resources.case(claim), *(f"Claim.item[0].{place}" for place in places))
    assert found == {
        ("modifier-shape", "Claim.item[0].modifier[1]"),
        ("modifier-once", "Claim.item[0].modifier[3]"),
        ("diagnosis-pointer", "Claim.item[0].diagnosisSequence[1]"),
        ("other-pointer", "Claim.item[0].careTeamSequence[1]"),
        ("other-pointer", "Claim.item[0].informationSequence[0]"),
        ("reference-known", "Claim.item[0].encounter[1]"),
    }


def test_a_payee_is_judged_by_its_type_where_the_provider_cannot_be_read() -> None:
    payee = {"type": concept(vocabulary.PAYEE, "subscriber"), "party": {"reference": "Patient/ann"}}
    assert ("payee", "Claim.payee") in _reasons(resources.case({**resources.CLAIM, "payee": payee}), "Claim.provider")


def test_a_group_that_cannot_be_read_hides_nothing_of_the_others() -> None:
    claim = deepcopy(resources.CLAIM)
    claim["insurance"].append({**claim["insurance"][0], "focal": False})
    claim["total"] = {"value": 1}
    found = _reasons(resources.case(claim), "Claim.careTeam", "Claim.diagnosis", "Claim.item")
    assert {("numbers", "Claim.insurance[1].sequence"), ("amount-exact", "Claim.total")} <= found


@pytest.mark.parametrize("fault", ["_diagnosisReference", "diagnosisReference"])
def test_an_element_that_is_only_an_extension_is_as_one_that_has_a_fault(fault: str) -> None:
    claim = deepcopy(resources.CLAIM)
    del claim["diagnosis"][1]["diagnosisReference"]
    left = readable.of(claim, [f"Claim.diagnosis[1].{fault}"])
    assert _reasons(resources.case(readable.plain(left)), f"Claim.diagnosis[1].{fault}") == set()
