"""The scrubber: a claim that can be billed, broken in one way, is refused for exactly that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from conformance_tests.billing import resources
from conformance_tests.billing.amounts import element
from operations.billing import fees, scrub, vocabulary
from operations.billing.case import Case
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
    return resources.case(claim, now=datetime(2027, 2, 1, 12, tzinfo=UTC))


def _before_the_visit() -> Case:
    return resources.case({**resources.CLAIM, "created": "2026-03-01"}, now=datetime(2026, 3, 1, 12, tzinfo=UTC))


def _earlier() -> Case:
    earlier = deepcopy(resources.CLAIM)
    earlier["item"] = earlier["item"][:1]
    return resources.case(earlier=[earlier])


REFERENCE = {"reference": "Patient/x"}


def _uninsured() -> Case:
    found = resources.case()
    del found.claim["insurer"]
    found.resources["Coverage/own"].update(payor=[{"display": "Payer"}])
    return found


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
    "numbers": (_claim(lambda claim: claim["diagnosis"][1].update(sequence=1)), "Claim.diagnosis[1].sequence"),
    "diagnosis-pointer": (_claim(_item({"diagnosisSequence": [3]})), "Claim.item[0].diagnosisSequence[0]"),
    "pointer-count": (_claim(_drop("diagnosisSequence")), "Claim.item[0].diagnosisSequence"),
    "other-pointer": (_claim(_item({"careTeamSequence": [2]})), "Claim.item[0].careTeamSequence[0]"),
    "modifier-count": (_claim(_modifiers("25", "59", "76", "77", "LT")), "Claim.item[0].modifier"),
    "reference-known": (_claim(_all("facility", {"reference": "Location/none"})), "Claim.facility"),
    "referred-understood": (
        _known("Coverage/own", lambda one: one.update(implicitRules="https://x.example/rules")),
        "Claim.insurance[0].coverage",
    ),
    "patient-current": (
        _known("Patient/ann", lambda one: one.update(link=[{"other": REFERENCE, "type": "replaced-by"}])),
        "Claim.patient",
    ),
    "payor-known": (
        _uninsured,
        "Claim.insurance[0].coverage",
    ),
    "first-insurance": (
        lambda: resources.case(
            resources=resources.known({**resources.COVERAGE, "order": 2}, resources.PROVIDER, *resources.OTHERS),
            insured=[{**resources.COVERAGE, "id": "first", "order": 1}],
        ),
        "Claim.insurance[0].coverage",
    ),
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
    "modifier-one": (
        _claim(_item({"modifier": [{"coding": [{"system": vocabulary.HCPCS, "code": one} for one in ("59", "26")]}]})),
        "Claim.item[0].modifier[0]",
    ),
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
    assert {(one.severity, one.code) for one in found if one.diagnostics.startswith(rule)} == {("error", declared.code)}


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


def _largest(claim: Resource) -> None:
    claim.update(item=claim["item"][:1], total=element("10000000000000.00"))
    claim["item"][0].update(net=element("10000000000000.00"), unitPrice=element("10000000000000.00"))


def _free(claim: Resource) -> None:
    claim["item"][0].update(net=element("0.00"), unitPrice=element("0.00"))
    claim.update(total=element("30.00"))


def _billed_today() -> Case:
    return resources.case({**resources.CLAIM, "created": "2026-03-02"}, now=datetime(2026, 3, 2, 12, tzinfo=UTC))


TWO_PAYORS = [{"reference": "Organization/payer"}, {"reference": "Organization/other"}]
WITHIN: Mapping[str, Callable[[], Case]] = {
    "a coverage of the day alone": _known(
        "Coverage/own", lambda one: one.update(period={"start": "2026-03-02", "end": "2026-03-02"})
    ),
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
