"""The scrubber on single claims: what is refused together, what is silent, and what is never crashed on."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from conformance_tests.billing import resources
from conformance_tests.billing.amounts import element
from operations.billing import scrub, vocabulary
from operations.billing.case import Case, of_role, references
from operations.billing.vocabulary import concept
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource


def _ids(case: Case, *faults: Issue) -> list[tuple[str, str]]:
    """Rule and place of each reason."""
    return [(one.diagnostics.partition(":")[0], one.expression) for one in scrub.issues(case, faults)]


def test_references_are_those_that_scrubbing_follows() -> None:
    assert {path: one["reference"] for path, one in references(resources.CLAIM)} == {
        "Claim.patient": "Patient/ann",
        "Claim.provider": "Practitioner/doc",
        "Claim.insurer": "Organization/payer",
        "Claim.facility": "Location/office",
        "Claim.insurance[0].coverage": "Coverage/own",
        "Claim.careTeam[0].provider": "Practitioner/doc",
        "Claim.diagnosis[1].diagnosis": "Condition/cold",
        "Claim.item[0].encounter[0]": "Encounter/visit",
        "Claim.item[1].encounter[0]": "Encounter/visit",
    }


ROLE: Resource = {
    "resourceType": "PractitionerRole",
    "id": "role",
    "practitioner": {"reference": "Practitioner/doc"},
    "organization": {"reference": "Organization/payer"},
}


def test_a_role_has_the_number_of_its_practitioner() -> None:
    claim = deepcopy(resources.CLAIM)
    claim["provider"] = {"reference": "PractitionerRole/role"}
    found = resources.case(claim)
    found = resources.case(claim, resources={**found.resources, "PractitionerRole/role": ROLE})
    assert scrub.issues(found) == ()
    found.resources["Practitioner/doc"]["identifier"] = []
    assert [one.diagnostics.partition(":")[0] for one in scrub.issues(found)] == ["provider-npi"]


def test_a_role_leads_to_practitioner_and_organization() -> None:
    assert [one["reference"] for _, one in of_role(ROLE)] == ["Practitioner/doc", "Organization/payer"]
    assert [*of_role(resources.PROVIDER)] == []


def test_a_modifier_says_that_a_service_was_given_again() -> None:
    claim = deepcopy(resources.CLAIM)
    again = {**claim["item"][0], "sequence": 3, "modifier": [concept(vocabulary.HCPCS, "76")]}
    claim["item"].append(again)
    claim["total"] = element("270.00")
    assert scrub.issues(resources.case(claim)) == ()


def test_a_line_without_net_or_quantity_comes_to_its_unit_price() -> None:
    claim = deepcopy(resources.CLAIM)
    for name in ("net", "quantity"):
        del claim["item"][0][name]
    assert scrub.issues(resources.case(claim)) == ()


@pytest.mark.parametrize("value", [Decimal("1E+30"), Decimal("123456789012345678")])
def test_a_charge_too_large_to_compute_with_is_refused_not_crashed_on(value: Decimal) -> None:
    claim = deepcopy(resources.CLAIM)
    claim["item"][0].update(unitPrice={"value": value, "currency": "USD"}, quantity={"value": value}, factor=value)
    del claim["item"][0]["net"], claim["total"]
    assert [one.diagnostics.partition(":")[0] for one in scrub.issues(resources.case(claim))] == ["line-charge"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused_not_crashed_on(day: str) -> None:
    claim = deepcopy(resources.CLAIM)
    claim["item"][1]["servicedDate"] = day
    assert scrub.issues(resources.case(claim))


def test_a_claim_need_not_say_all_that_it_may() -> None:
    claim = {name: value for name, value in resources.CLAIM.items() if name not in ("facility", "insurer")}
    claim["related"] = [{"relationship": concept(vocabulary.CLAIM_RELATIONSHIP, "associated")}]
    assert scrub.issues(resources.case(claim)) == ()
    assert "Claim.facility" not in dict(references(claim))


def test_a_diagnosis_that_is_not_there_is_only_that() -> None:
    claim = deepcopy(resources.CLAIM)
    claim["diagnosis"][1]["diagnosisReference"] = {"reference": "Condition/none"}
    assert [one.expression for one in scrub.issues(resources.case(claim))] == ["Claim.diagnosis[1].diagnosis"]


@pytest.mark.parametrize("name", ["status", "use", "created"])
def test_a_required_value_that_is_said_to_be_unknown_is_all_that_is_found(name: str) -> None:
    absent = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "unknown"}]}
    claim = {key: value for key, value in resources.CLAIM.items() if key != name}
    claim = {**claim, f"_{name}": absent, "insurance": [{"coverage": {"reference": "Coverage/own"}}]}
    found = [one.expression for one in scrub.issues(resources.case(claim))]
    assert found == [f"Claim.{name}", "Claim.insurance[0].sequence", "Claim.insurance[0].focal"]


def test_what_others_leave_unsaid_is_refused_not_crashed_on() -> None:
    case = resources.case()
    del case.resources["Coverage/own"]["status"], case.resources["Coverage/own"]["class"][0]["value"]
    assert [one.diagnostics.partition(":")[0] for one in scrub.issues(case)] == ["coverage-active"]


DENVER = timezone(timedelta(hours=-7))


@pytest.mark.parametrize(
    ("created", "future"),
    [
        ("2026-03-11T02:59:00Z", False),
        ("2026-03-11T03:01:00Z", True),
        ("2026-03-10T19:59:00-07:00", False),
        ("2026-03-10T23:59:00-07:00", True),
        ("2026-03-11T12:00:00+14:00", False),
        ("2026-03-10", False),
        ("2026-03-11", True),
        ("2026", False),
    ],
)
def test_a_claim_is_made_by_now_wherever_it_was_written(created: str, future: bool) -> None:
    now = datetime(2026, 3, 10, 20, tzinfo=DENVER)
    found = _ids(resources.case({**resources.CLAIM, "created": created}, now=now))
    assert found == ([("created-not-future", "Claim.created")] if future else [])


@pytest.mark.parametrize(
    ("start", "zone", "inside"),
    [
        ("2026-03-03T01:00:00Z", DENVER, True),
        ("2026-03-03T01:00:00Z", UTC, False),
        ("2026-03-02T23:30:00-07:00", UTC, True),
        ("2026-03-03T08:00:00Z", DENVER, False),
    ],
)
def test_a_visit_is_of_the_day_it_was_written_with_or_of_that_of_the_practice(
    start: str, zone: timezone, inside: bool
) -> None:
    case = resources.case(now=datetime(2026, 3, 10, 12, tzinfo=zone))
    case.resources["Encounter/visit"]["period"] = {"start": start, "end": start}
    assert {rule for rule, _ in _ids(case)} == (set() if inside else {"encounter-period"})


@pytest.mark.parametrize("patient", [{"reference": "Patient/none"}, {"display": "Ann"}])
def test_a_patient_that_is_not_there_is_the_only_reason(patient: Json) -> None:
    assert _ids(resources.case({**resources.CLAIM, "patient": patient})) == [("reference-known", "Claim.patient")]


def test_an_insurer_that_is_not_there_is_the_only_reason() -> None:
    claim = {**resources.CLAIM, "insurer": {"reference": "Organization/none"}}
    assert _ids(resources.case(claim)) == [("reference-known", "Claim.insurer")]


def test_a_line_that_cannot_be_read_hides_nothing_of_the_others() -> None:
    claim = deepcopy(resources.CLAIM)
    claim["item"][0].update(servicedDate="2026-13-01", quantity={"value": "x"})
    claim["item"][1].update(servicedDate="2026-12-31", quantity={"value": 0})
    faults = [
        Issue("error", "value", "", f"Claim.item[0].{name}") for name in ("serviced.ofType(date)", "quantity.value")
    ]
    found = {rule for rule, path in _ids(resources.case(claim), *faults) if path.startswith("Claim.item[1]")}
    assert {"service-not-future", "billable-period", "encounter-period", "units"} <= found


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"procedureSequence": [7]}, "Claim.item[0].procedureSequence[0]"),
        ({"informationSequence": [9]}, "Claim.item[0].informationSequence[0]"),
    ],
)
def test_a_line_points_to_what_the_claim_has(change: Json, place: str) -> None:
    claim = deepcopy(resources.CLAIM)
    claim["item"][0].update(change)
    assert _ids(resources.case(claim)) == [("other-pointer", place)]


@pytest.mark.parametrize("name", ["careTeam", "insurance"])
def test_a_number_is_used_once(name: str) -> None:
    claim = deepcopy(resources.CLAIM)
    claim[name].append({**claim[name][0], "focal": False} if name == "insurance" else claim[name][0])
    assert ("numbers", f"Claim.{name}[1].sequence") in _ids(resources.case(claim))


PARTIES: Mapping[str, bool] = {"Practitioner/doc": True, "Patient/ann": False, "Organization/payer": False}


@pytest.mark.parametrize("party", PARTIES)
def test_the_provider_alone_is_paid(party: str) -> None:
    payee = {"type": concept(vocabulary.PAYEE, "provider"), "party": {"reference": party}}
    found = _ids(resources.case({**resources.CLAIM, "payee": payee}))
    assert found == ([] if PARTIES[party] else [("payee", "Claim.payee")])


def test_an_insurance_that_ended_or_comes_later_pays_nothing_first() -> None:
    own = {**resources.COVERAGE, "order": 2}
    others = [
        {**own, "id": "later", "order": 3},
        {**own, "id": "ended", "order": 1, "period": {"end": "2026-02-01"}},
        {**own, "id": "cancelled", "order": 1, "status": "cancelled"},
        {**own, "id": "alone", "order": 1, "payor": [{"reference": "Patient/ann"}]},
    ]
    known = resources.known(own, resources.PROVIDER, *resources.OTHERS)
    assert _ids(resources.case(resources=known, insured=others)) == []
