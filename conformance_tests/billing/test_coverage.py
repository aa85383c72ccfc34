"""http://hl7.org/fhir/R4/coverage.html: when cover is in force, and of which plan and network."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest

from conformance_tests.billing import resources
from operations.billing import benefits, coverage, networks, vocabulary
from operations.billing.days import Days
from operations.billing.plan import IN_NETWORK, OUT_OF_NETWORK
from operations.billing.vocabulary import concept
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("change", "in_force"),
    [
        ({}, True),
        ({"status": "cancelled"}, False),
        ({"status": None}, False),
        ({"period": {}}, True),
        ({"period": {"end": "2026-03-02"}}, True),
        ({"period": {"end": "2026-03-01"}}, False),
        ({"period": {"start": "2026-03-03"}}, False),
    ],
)
def test_cover_is_in_force_while_active_and_in_its_period(change: Json, in_force: bool) -> None:
    assert coverage.in_force({**resources.COVERAGE, **change}, DAY) is in_force


@pytest.mark.parametrize("day", [date.min, DAY, date.max])
def test_a_coverage_that_is_not_active_is_in_force_on_no_day(day: date) -> None:
    assert coverage.term(resources.COVERAGE) == Days(date(2026, 1, 1), date.max)
    ended = {**resources.COVERAGE, "status": "cancelled", "period": {}}
    assert not coverage.term(ended).contains(Days(day, day))
    assert not coverage.in_force(ended, day)


OLD: Resource = {**resources.PLAN, "id": "old", "period": {"start": "2025-01-01", "end": "2025-12-31"}}
SILVER: Resource = {**resources.PLAN, "id": "silver", "identifier": [{"value": "SILVER"}]}
INNER: Resource = {**SILVER, "id": "inner", "identifier": [{}], "plan": [{"identifier": [{"value": "GOLD"}]}]}
UNNAMED = {name: value for name, value in resources.COVERAGE.items() if name != "class"}


@pytest.mark.parametrize(
    ("covered", "plans", "found"),
    [
        (resources.COVERAGE, [resources.PLAN, SILVER], "gold"),
        (resources.COVERAGE, [OLD, resources.PLAN], "gold"),
        (resources.COVERAGE, [INNER], "inner"),
        (resources.COVERAGE, [resources.PLAN, INNER], None),
        (resources.COVERAGE, [SILVER], None),
        (resources.COVERAGE, [OLD], None),
        (resources.COVERAGE, [{**resources.PLAN, "status": "retired"}], None),
        (UNNAMED, [SILVER], "silver"),
        (UNNAMED, [resources.PLAN, SILVER], None),
        (UNNAMED, [], None),
    ],
)
def test_the_plan_is_the_only_one_of_the_day_that_the_coverage_names(
    covered: Resource, plans: list[Resource], found: str | None
) -> None:
    plan = coverage.plan_of(covered, plans, DAY)
    assert (plan and plan["id"]) == found


def test_a_family_shares_a_policy() -> None:
    child = {**resources.COVERAGE, "id": "child", "beneficiary": {"reference": "Patient/bob"}}
    assert coverage.policy(child) == coverage.policy(resources.COVERAGE) == "Organization/payer#W1"
    alone = {name: value for name, value in child.items() if name != "subscriberId"}
    assert coverage.policy(alone) == "Organization/payer#child"


def test_a_reference_is_read_without_its_version() -> None:
    assert coverage.reference({"reference": "Patient/ann/_history/3"}) == "Patient/ann"
    assert coverage.reference({"display": "Ann"}) == ""


PLAN = benefits.read(resources.PLAN)
PRACTICE = {"reference": "Organization/practice"}
AFFILIATION: Resource = {
    "resourceType": "OrganizationAffiliation",
    "id": "member",
    "active": True,
    "period": {"start": "2026-01-01"},
    "participatingOrganization": PRACTICE,
    "network": [{"reference": "Organization/network"}],
}
ROLE: Resource = {
    "resourceType": "PractitionerRole",
    "id": "role",
    "practitioner": {"reference": "Practitioner/doc"},
    "organization": PRACTICE,
}


@pytest.mark.parametrize(
    ("provider", "roles", "affiliations", "inside"),
    [
        ("Organization/practice", [], [AFFILIATION], True),
        ("Practitioner/doc", [ROLE], [AFFILIATION], True),
        ("PractitionerRole/role", [ROLE], [AFFILIATION], True),
        ("Organization/practice", [], [], False),
        ("Organization/other", [], [AFFILIATION], False),
        ("Practitioner/doc", [], [AFFILIATION], False),
        ("Practitioner/other", [ROLE], [AFFILIATION], False),
        ("Practitioner/doc", [{**ROLE, "active": False}], [AFFILIATION], False),
        ("Practitioner/doc", [{**ROLE, "period": {"end": "2026-03-01"}}], [AFFILIATION], False),
        ("Practitioner/doc", [{**ROLE, "organization": {"display": "x"}}], [AFFILIATION], False),
        ("Organization/practice", [], [{**AFFILIATION, "active": False}], False),
        ("Organization/practice", [], [{**AFFILIATION, "period": {"start": "2026-03-03"}}], False),
        ("Organization/practice", [], [{**AFFILIATION, "network": [{"display": "x"}]}], False),
        ("Organization/practice", [], [{**AFFILIATION, "network": [{"reference": "Organization/else"}]}], False),
        ("Organization/practice", [], [{"id": "x", "network": AFFILIATION["network"]}], False),
    ],
)
def test_a_provider_is_in_the_network_that_its_practice_is_affiliated_with(
    provider: str, roles: list[Resource], affiliations: list[Resource], inside: bool
) -> None:
    found = networks.network(PLAN, provider, roles, affiliations, DAY)
    assert found == (IN_NETWORK if inside else OUT_OF_NETWORK)


UNKNOWN = {"extension": [{"url": vocabulary.ABSENT, "valueCode": "unknown"}]}
NEGATED = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
UNTOLD = {name: value for name, value in AFFILIATION.items() if name != "active"}


@pytest.mark.parametrize(
    ("role", "affiliation", "expression"),
    [
        (ROLE, {**AFFILIATION, **NEGATED}, "OrganizationAffiliation.modifierExtension[0]"),
        (ROLE, {**AFFILIATION, "implicitRules": "urn:x"}, "OrganizationAffiliation.implicitRules"),
        (ROLE, {**AFFILIATION, "location": [{"display": "Office"}]}, "OrganizationAffiliation.location"),
        (ROLE, {**AFFILIATION, "healthcareService": [{"display": "X"}]}, "OrganizationAffiliation.healthcareService"),
        (ROLE, {**AFFILIATION, "specialty": [{"text": "X"}]}, "OrganizationAffiliation.specialty"),
        (ROLE, {**UNTOLD, "_active": UNKNOWN}, "OrganizationAffiliation.active"),
        (ROLE, {**AFFILIATION, "period": {"_end": UNKNOWN}}, "OrganizationAffiliation.period.end"),
        ({**ROLE, **NEGATED}, AFFILIATION, "PractitionerRole.modifierExtension[0]"),
        ({**ROLE, "implicitRules": "urn:x"}, AFFILIATION, "PractitionerRole.implicitRules"),
        ({**ROLE, "_active": UNKNOWN}, AFFILIATION, "PractitionerRole.active"),
    ],
)
def test_a_network_that_depends_on_what_is_not_understood_is_refused(
    role: Resource, affiliation: Resource, expression: str
) -> None:
    with pytest.raises(Unprocessable) as caught:
        networks.network(PLAN, "Practitioner/doc", [role], [affiliation], DAY)
    assert [one.expression for one in caught.value.issues] == [expression]


@pytest.mark.parametrize(
    "others",
    [
        [AFFILIATION],
        [{**AFFILIATION, "network": [{"reference": "Organization/else"}], **NEGATED}, AFFILIATION],
    ],
)
def test_one_affiliation_that_is_understood_is_enough(others: list[Resource]) -> None:
    somewhere = {**AFFILIATION, "location": [{"display": "Office"}]}
    found = networks.network(PLAN, "Organization/practice", [], [somewhere, *others], DAY)
    assert found == IN_NETWORK


@pytest.mark.parametrize("change", [{"active": False}, {"network": [{"reference": "Organization/else"}]}])
def test_an_affiliation_that_is_not_asked_about_need_not_be_understood(change: Json) -> None:
    found = networks.network(PLAN, "Organization/practice", [], [{**AFFILIATION, **NEGATED, **change}], DAY)
    assert found == OUT_OF_NETWORK


def test_a_plan_without_literal_networks_has_nobody_in_it() -> None:
    plan = deepcopy(resources.PLAN)
    plan["network"] = [{"display": "x"}]
    unnamed = {**AFFILIATION, "network": [{"display": "x"}]}
    assert networks.network(benefits.read(plan), "Organization/practice", [], [unnamed], DAY) == OUT_OF_NETWORK


def test_practices_of_a_provider() -> None:
    assert [*networks.practices_of("Practitioner/doc", [ROLE], DAY)] == ["Organization/practice"]
    assert [*networks.practices_of("Organization/practice", [], DAY)] == ["Organization/practice"]


def test_codes_are_read_by_their_system() -> None:
    value = {"coding": [{"code": "a"}, {"system": "s"}, {"system": "s", "code": "b"}, {"system": "t", "code": "c"}]}
    assert [*vocabulary.codes(value, "s", "t")] == ["b", "c"]
    assert vocabulary.code(concept("s", "b"), "t") == ""
