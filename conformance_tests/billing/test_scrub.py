"""The scrubber: a claim that can be billed, broken in one way, is refused for exactly that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest

from conformance_tests.billing import resources
from conformance_tests.billing.amounts import element
from operations.billing import fees, scrub, vocabulary
from operations.billing.case import Case, of_role, references
from operations.billing.plan import NETWORKS
from operations.billing.vocabulary import concept
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

Change = Callable[[Resource], object]
"""Breaks a claim."""


def _claim(change: Change) -> Callable[[], Case]:
    def broken() -> Case:
        claim = deepcopy(resources.CLAIM)
        change(claim)
        return resources.case(claim)

    return broken


def _known(reference: str, change: Change) -> Callable[[], Case]:
    def broken() -> Case:
        found = resources.case()
        change(found.resources[reference])
        return found

    return broken


def _all(name: str, value: Json) -> Change:
    """The element of the claim and of each line is of another value."""
    return lambda claim: claim.update({name: value})


def _item(change: Json, place: int = 0) -> Change:
    return lambda claim: claim["item"][place].update(change)


def _lines(count: int) -> Change:
    def change(claim: Resource) -> None:
        lines = [resources.item(f"S9{number:03}", "1.00", number, number) for number in range(1, count + 1)]
        claim.update(item=lines, total=element(f"{sum(range(1, count + 1))}.00"))

    return change


def _unpriced(claim: Resource) -> None:
    del claim["item"][0]["net"], claim["item"][0]["unitPrice"], claim["total"]


def _diagnosis(code: str) -> Change:
    return lambda claim: claim["diagnosis"][0].update(diagnosisCodeableConcept=concept(vocabulary.ICD_10_CM, code))


def _diagnoses(count: int) -> Change:
    one = {"diagnosisCodeableConcept": concept(vocabulary.ICD_10_CM, "E11.9")}
    return lambda claim: claim.update(diagnosis=[{"sequence": place, **one} for place in range(1, count + 1)])


def _modifiers(*codes: str) -> Change:
    return _item({"modifier": [concept(vocabulary.HCPCS, code) for code in codes]})


def _drop(name: str) -> Change:
    return lambda claim: claim["item"][0].pop(name)


def _undiagnosed(claim: Resource) -> None:
    del claim["diagnosis"]


def _second(claim: Resource) -> None:
    claim["insurance"][0]["sequence"] = 2
    claim["insurance"].append({"sequence": 1, "focal": False, "coverage": {"reference": "Coverage/own"}})


def _next_year(claim: Resource) -> None:
    """Services before and after New Year, with a claim and an encounter that allow it."""
    claim.pop("billablePeriod")
    for line, day in zip(claim["item"], ("2026-12-31", "2027-01-01"), strict=True):
        line.pop("encounter")
        line["servicedDate"] = day


def _days(claim: Resource) -> None:
    claim.pop("billablePeriod")
    for line in claim["item"]:
        line.pop("encounter")
    claim["item"][0].pop("servicedDate")
    claim["item"][0]["servicedPeriod"] = {"start": "2026-03-02", "end": "2026-03-03"}


def _several(price: str) -> Change:
    """Two lines of so much, which come to more than there may be."""

    def change(claim: Resource) -> None:
        claim.pop("total")
        for line in claim["item"]:
            line.update(net=element(price), unitPrice=element(price), quantity={"value": 1})

    return change


def _priced(*rows: Resource) -> Callable[[], Case]:
    return lambda: resources.case(schedule=fees.read([*resources.SCHEDULE, *rows], resources.FEES, "USD"))


def _by_condition(row: Resource) -> Resource:
    return {**row, "applicability": [{"expression": "true"}]}


def _unreadable() -> Case:
    return resources.case(plan=None, plan_faults=[Issue("error", "processing", "it cannot be read", "InsurancePlan")])


def _late_today() -> Case:
    claim = deepcopy(resources.CLAIM)
    _next_year(claim)
    return resources.case(claim, today=date(2027, 2, 1))


def _before_the_visit() -> Case:
    return resources.case({**resources.CLAIM, "created": "2026-03-01"}, today=date(2026, 3, 1))


def _earlier() -> Case:
    earlier = deepcopy(resources.CLAIM)
    earlier["item"] = earlier["item"][:1]
    return resources.case(earlier=[earlier])


BROKEN: Mapping[str, tuple[Callable[[], Case], str]] = {
    "stated": (_claim(lambda claim: claim["item"][1].pop("sequence")), "Claim.item[1].sequence"),
    "use": (_claim(_all("use", "predetermination")), "Claim.use"),
    "type": (_claim(_all("type", concept(vocabulary.CLAIM_TYPE, "institutional"))), "Claim.type"),
    "payee": (_claim(_all("payee", {"type": concept(vocabulary.PAYEE, "subscriber")})), "Claim.payee"),
    "status": (_claim(_all("status", "draft")), "Claim.status"),
    "contained": (_claim(_all("contained", [{"resourceType": "Patient", "id": "x"}])), "Claim.contained"),
    "modifier-extension": (
        _claim(_item({"modifierExtension": [{"url": "https://x.example", "valueBoolean": True}]})),
        "Claim.item[0].modifierExtension[0]",
    ),
    "replacement": (
        _claim(_all("related", [{"relationship": concept(vocabulary.CLAIM_RELATIONSHIP, "prior")}])),
        "Claim.related[0].relationship",
    ),
    "primary-insurance": (_claim(_second), "Claim.insurance[0].sequence"),
    "focal-insurance": (_claim(lambda claim: claim["insurance"][0].update(focal=False)), "Claim.insurance"),
    "line-count": (_claim(_lines(51)), "Claim.item"),
    "line-numbers": (_claim(_item({"sequence": 1}, 1)), "Claim.item[1].sequence"),
    "line-details": (
        _claim(_item({"detail": [{"sequence": 1, "productOrService": {"text": "x"}}]})),
        "Claim.item[0].detail",
    ),
    "diagnosis-present": (_claim(_undiagnosed), "Claim.diagnosis"),
    "diagnosis-count": (_claim(_diagnoses(13)), "Claim.diagnosis"),
    "diagnosis-numbers": (
        _claim(lambda claim: claim["diagnosis"][1].update(sequence=1)),
        "Claim.diagnosis[1].sequence",
    ),
    "diagnosis-pointer": (_claim(_item({"diagnosisSequence": [3]})), "Claim.item[0].diagnosisSequence[0]"),
    "pointer-count": (_claim(_drop("diagnosisSequence")), "Claim.item[0].diagnosisSequence"),
    "team-pointer": (_claim(_item({"careTeamSequence": [2]})), "Claim.item[0].careTeamSequence[0]"),
    "modifier-count": (_claim(_modifiers("25", "59", "76", "77", "LT")), "Claim.item[0].modifier"),
    "reference-known": (_claim(_all("facility", {"reference": "Location/none"})), "Claim.facility"),
    "beneficiary": (
        _known("Coverage/own", lambda one: one.update(beneficiary={"reference": "Patient/bob"})),
        "Claim.insurance[0].coverage",
    ),
    "coverage-active": (
        _known("Coverage/own", lambda one: one.update(status="cancelled")),
        "Claim.insurance[0].coverage",
    ),
    "insurer": (
        _known("Coverage/own", lambda one: one.update(payor=[{"reference": "Organization/other"}])),
        "Claim.insurer",
    ),
    "plan-known": (lambda: resources.case(plan=None), "Claim.insurance[0].coverage"),
    "one-network": (lambda: resources.case(networks=frozenset(NETWORKS)), "Claim.provider"),
    "encounter-held": (
        _known("Encounter/visit", lambda one: one.update(status="cancelled")),
        "Claim.item[0].encounter[0]",
    ),
    "diagnosis-patient": (
        _known("Condition/cold", lambda one: one.update(subject={"reference": "Patient/bob"})),
        "Claim.diagnosis[1].diagnosis",
    ),
    "diagnosis-stands": (
        _known(
            "Condition/cold",
            lambda one: one.update(verificationStatus=concept(vocabulary.CONDITION_VERIFICATION, "refuted")),
        ),
        "Claim.diagnosis[1].diagnosis",
    ),
    "fee-one": (_priced(resources.fee("S9083", "95.00")), "Claim.item[0].productOrService"),
    "fee-usable": (
        _priced(_by_condition(resources.fee("S9083-59", "1.00")), _by_condition(resources.fee("P9612-59", "1.00"))),
        "Claim.item[1].productOrService",
    ),
    "claim-charge": (_claim(_several("9000000000000.00")), "Claim.item"),
    "encounter-patient": (
        _known("Encounter/visit", lambda one: one.update(subject={"reference": "Patient/bob"})),
        "Claim.item[0].encounter[0]",
    ),
    "provider-npi": (_known("Practitioner/doc", lambda one: one.pop("identifier")), "Claim.provider"),
    "npi-check-digit": (
        _known("Practitioner/doc", lambda one: one["identifier"][0].update(value="1234567890")),
        "Claim.provider",
    ),
    "diagnosis-coded": (
        _known("Condition/cold", lambda one: one.update(code={"text": "A cold"})),
        "Claim.diagnosis[1].diagnosis",
    ),
    "diagnosis-shape": (_claim(_diagnosis("E119")), "Claim.diagnosis[0].diagnosis"),
    "procedure-coded": (_claim(_item({"productOrService": {"text": "visit"}})), "Claim.item[0].productOrService"),
    "procedure-shape": (
        _claim(_item({"productOrService": concept(vocabulary.HCPCS, "S908")})),
        "Claim.item[0].productOrService",
    ),
    "procedure-one": (
        _claim(
            _item(
                {
                    "productOrService": {
                        "coding": [
                            {"system": vocabulary.HCPCS, "code": "S9083"},
                            {"system": vocabulary.HCPCS, "code": "S9084"},
                        ]
                    }
                }
            )
        ),
        "Claim.item[0].productOrService",
    ),
    "modifier-shape": (_claim(_modifiers("2")), "Claim.item[0].modifier[0]"),
    "modifier-once": (_claim(_modifiers("25", "25")), "Claim.item[0].modifier[1]"),
    "service-date": (_claim(_item({"servicedDate": "2026-03"})), "Claim.item[0].serviced"),
    "service-not-future": (_before_the_visit, "Claim.item[0].serviced"),
    "created-not-future": (_claim(_all("created", "2026-03-11T08:00:00Z")), "Claim.created"),
    "billable-period": (
        _claim(_all("billablePeriod", {"start": "2026-02-01", "end": "2026-03-01"})),
        "Claim.item[0].serviced",
    ),
    "after-birth": (_known("Patient/ann", lambda one: one.update(birthDate="2026-03-03")), "Claim.item[0].serviced"),
    "before-death": (
        _known("Patient/ann", lambda one: one.update(deceasedDateTime="2026-03-01")),
        "Claim.item[0].serviced",
    ),
    "coverage-period": (
        _known("Coverage/own", lambda one: one.update(period={"end": "2026-03-01"})),
        "Claim.item[0].serviced",
    ),
    "encounter-period": (
        _known("Encounter/visit", lambda one: one.update(period={"start": "2026-03-03"})),
        "Claim.item[0].serviced",
    ),
    "one-plan-year": (_late_today, "Claim.item[1].serviced"),
    "service-day": (_claim(_days), "Claim.item[0].serviced"),
    "amount-exact": (
        _claim(_item({"net": element("120.001"), "quantity": {"value": Decimal("1.00001")}})),
        "Claim.item[0].net.value",
    ),
    "line-priced": (_claim(_unpriced), "Claim.item[0]"),
    "unit-price": (_claim(_item({"unitPrice": {"value": 120}})), "Claim.item[0].unitPrice"),
    "units": (_claim(_item({"quantity": {"value": 1, "comparator": "<"}})), "Claim.item[0].quantity"),
    "factor": (_claim(_item({"factor": 0})), "Claim.item[0].factor"),
    "line-charge": (
        _claim(
            lambda claim: (
                claim["item"][0].update(net=element("-5.00"), unitPrice=element("-5.00")),
                claim.update(total=element("25.00")),
            )
        ),
        "Claim.item[0].net",
    ),
    "line-net": (
        _claim(lambda claim: (_item({"net": element("119.99")})(claim), claim.update(total=element("149.99")))),
        "Claim.item[0].net",
    ),
    "claim-total": (_claim(_all("total", element("150.01"))), "Claim.total"),
    "one-currency": (
        _claim(lambda claim: (claim.pop("total"), _item({"net": element("120.00", "EUR")})(claim))),
        "Claim.item[0].net.currency",
    ),
    "duplicate": (_earlier, "Claim.item[0]"),
    "line-repeated": (
        _claim(
            lambda claim: (
                claim["item"].append({**claim["item"][0], "sequence": 3}),
                claim.update(total=element("270.00")),
            )
        ),
        "Claim.item[2]",
    ),
}
"""Rule to a claim that breaks it alone, and the first place where."""


def test_a_sound_claim_is_not_refused() -> None:
    assert scrub.issues(resources.case()) == ()
    assert resources.problems(resources.CLAIM) == []


def test_every_rule_has_a_claim_that_breaks_it() -> None:
    ids = [rule.id for rule in scrub.RULES]
    assert len(set(ids)) == len(ids)
    assert set(ids) == set(BROKEN)


@pytest.mark.parametrize("rule", BROKEN)
def test_a_claim_broken_in_one_way_is_refused_for_exactly_that(rule: str) -> None:
    broken, expression = BROKEN[rule]
    found = scrub.issues(broken())
    assert {one.diagnostics.partition(":")[0] for one in found} == {rule}
    assert next(one.expression for one in found if one.diagnostics.startswith(f"{rule}:")) == expression
    declared = next(one for one in scrub.RULES if one.id == rule)
    assert {(one.severity, one.code) for one in found if one.diagnostics.startswith(rule)} == {
        (declared.severity, declared.code)
    }


def test_a_plan_that_cannot_be_read_is_told_beside_the_rest() -> None:
    case = _unreadable()
    case.claim["use"] = "preauthorization"
    assert [one.expression for one in scrub.issues(case)] == ["InsurancePlan", "Claim.use"]


def test_all_faults_are_found_at_once() -> None:
    claim = deepcopy(resources.CLAIM)
    claim.update(status="draft", total=element("1.00"))
    claim["item"][0].update(diagnosisSequence=[9], servicedDate="2027-01-01")
    found = scrub.issues(resources.case(claim))
    assert [(one.diagnostics.partition(":")[0], one.expression) for one in found] == [
        ("status", "Claim.status"),
        ("diagnosis-pointer", "Claim.item[0].diagnosisSequence[0]"),
        ("service-not-future", "Claim.item[0].serviced"),
        ("billable-period", "Claim.item[0].serviced"),
        ("encounter-period", "Claim.item[0].serviced"),
        ("one-plan-year", "Claim.item[0].serviced"),
        ("one-plan-year", "Claim.item[1].serviced"),
        ("claim-total", "Claim.total"),
    ]


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


def _largest(claim: Resource) -> None:
    claim.update(item=claim["item"][:1], total=element("10000000000000.00"))
    claim["item"][0].update(net=element("10000000000000.00"), unitPrice=element("10000000000000.00"))


def _free(claim: Resource) -> None:
    claim["item"][0].update(net=element("0.00"), unitPrice=element("0.00"))
    claim.update(total=element("30.00"))


def _billed_today() -> Case:
    return resources.case({**resources.CLAIM, "created": "2026-03-02"}, today=date(2026, 3, 2))


TWO_PAYORS = [{"reference": "Organization/payer"}, {"reference": "Organization/other"}]
WITHIN: Mapping[str, Callable[[], Case]] = {
    "one line": _claim(_lines(1)),
    "as many lines as there may be": _claim(_lines(50)),
    "as many diagnoses as there may be": _claim(_diagnoses(12)),
    "as many modifiers as there may be": _claim(_modifiers("25", "59", "76", "LT")),
    "as many pointers as there may be": _claim(
        lambda claim: (_diagnoses(4)(claim), _item({"diagnosisSequence": [1, 2, 3, 4]})(claim))
    ),
    "a charge of nothing": _claim(_free),
    "the largest charge": _claim(_largest),
    "a service of today": _billed_today,
    "a service on the day of birth": _known("Patient/ann", lambda one: one.update(birthDate="2026-03-02")),
    "a service on the day of death": _known("Patient/ann", lambda one: one.update(deceasedDateTime="2026-03-02")),
    "a payor of two": _known("Coverage/own", lambda one: one.update(payor=TWO_PAYORS)),
}
"""A claim at the very edge of a rule."""


@pytest.mark.parametrize("edge", WITHIN)
def test_a_claim_at_the_edge_of_a_rule_is_not_refused(edge: str) -> None:
    assert scrub.issues(WITHIN[edge]()) == ()


@pytest.mark.parametrize(("name", "value"), [("quantity", {"value": 0}), ("factor", 0)])
def test_none_of_a_service_is_no_line(name: str, value: Json) -> None:
    found = scrub.issues(_claim(_item({name: value}))())
    assert [one.expression for one in found] == [f"Claim.item[0].{name}"]
