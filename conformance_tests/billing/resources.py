"""Small valid resources of one practice, one payer and one patient; each test changes a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal

from conformance_tests.billing.amounts import element
from operations.billing import benefits, coverage, vocabulary
from operations.billing.case import Case
from operations.billing.vocabulary import concept
from profiles import load
from server.fhir import resource
from server.fhir.resource import Json, Resource
from server.validation.validator import compile_validator

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
VALIDATOR = compile_validator(load.definitions())
FEES = "https://payer.example/fees"


def copay(text: str, network: str = "", late: bool = False) -> Resource:
    """A cost of a plan: a copay in dollars."""
    return _cost("copay", {"value": Decimal(text), "system": vocabulary.ISO_4217, "code": "USD"}, network, late)


def percent(text: str, network: str = "", late: bool = False) -> Resource:
    """A cost of a plan: a percentage that the member pays."""
    return _cost("copay-percent", {"value": Decimal(text), "unit": "%"}, network, late)


def _cost(kind: str, value: Json, network: str, late: bool) -> Resource:
    return {
        "type": concept(vocabulary.BENEFIT_TYPE, kind),
        **({"applicability": concept(vocabulary.APPLICABILITY, network)} if network else {}),
        **({"qualifiers": [concept(vocabulary.QUALIFIER, "after-deductible")]} if late else {}),
        "value": value,
    }


def yearly(kind: str, text: str, group: int = 1) -> Resource:
    """A yearly amount of a plan."""
    system = vocabulary.BENEFIT_TYPE if kind == "deductible" else vocabulary.BENEFIT_TYPE_OURS
    return {"type": concept(system, kind), "groupSize": group, "cost": element(text)}


def specific(category: str, *costs: Resource) -> Resource:
    """What a service category costs in a plan."""
    return {"type": concept(vocabulary.SERVICE_TYPE, category), "cost": list(costs)}


PLAN: Resource = {
    "resourceType": "InsurancePlan",
    "id": "gold",
    "identifier": [{"system": "https://payer.example/plans", "value": "GOLD"}],
    "status": "active",
    "name": "Gold",
    "period": {"start": "2026-01-01", "end": "2026-12-31"},
    "ownedBy": {"reference": "Organization/payer"},
    "network": [{"reference": "Organization/network"}],
    "coverage": [
        {
            "type": {"text": "Medical"},
            "benefit": [
                {
                    "extension": [{"url": vocabulary.AUTHORIZATION_REQUIRED, "valueBoolean": True}],
                    "type": concept(vocabulary.SERVICE_TYPE, "62"),
                },
                {
                    "type": concept(vocabulary.SERVICE_TYPE, "MH"),
                    "limit": [{"value": {"value": 2}, "code": concept(vocabulary.BENEFIT_TYPE, "visit")}],
                },
            ],
        }
    ],
    "plan": [
        {
            "extension": [{"url": vocabulary.FEE_SCHEDULE, "valueUri": FEES}],
            "generalCost": [
                yearly("deductible", "200.00"),
                yearly("deductible", "400.00", 4),
                yearly("out-of-pocket-maximum", "1000.00"),
                yearly("out-of-pocket-maximum", "2000.00", 4),
            ],
            "specificCost": [
                {
                    "category": {"text": "Medical"},
                    "benefit": [
                        specific("98", copay("25.00", "in-network"), percent("40", "out-of-network", late=True)),
                        specific("5", percent("20", late=True)),
                        specific("62", percent("12.5", "in-network", late=True)),
                        specific("MH", copay("30.00")),
                    ],
                }
            ],
        }
    ],
}


def fee(code: str, price: str, category: str = "98") -> Resource:
    """A row of the payer's fee schedule."""
    return {
        "resourceType": "ChargeItemDefinition",
        "id": f"fee-{code}",
        "url": f"https://payer.example/fees/{code}",
        "identifier": [{"system": FEES, "value": code}],
        "status": "active",
        "extension": [
            {
                "url": vocabulary.SERVICE_CATEGORY,
                "valueCodeableConcept": concept(vocabulary.SERVICE_TYPE, category),
            }
        ],
        "effectivePeriod": {"start": "2026-01-01", "end": "2026-12-31"},
        "propertyGroup": [{"priceComponent": [{"type": "base", "amount": element(price)}]}],
    }


SCHEDULE = [
    fee("S9083", "90.00"),
    fee("P9612", "12.345", "5"),
    fee("S8092", "900.00", "62"),
    fee("H0031", "140.00", "MH"),
]

COVERAGE: Resource = {
    "resourceType": "Coverage",
    "id": "own",
    "status": "active",
    "subscriberId": "W1",
    "beneficiary": {"reference": "Patient/ann"},
    "period": {"start": "2026-01-01"},
    "payor": [{"reference": "Organization/payer"}],
    "class": [{"type": concept(vocabulary.COVERAGE_CLASS, "plan"), "value": "GOLD"}],
}

PROVIDER: Resource = {
    "resourceType": "Practitioner",
    "id": "doc",
    "identifier": [{"system": vocabulary.NPI, "value": "1234567893"}],
}

OTHERS: Sequence[Resource] = (
    {"resourceType": "Patient", "id": "ann", "birthDate": "1980-01-01"},
    {"resourceType": "Patient", "id": "bob", "birthDate": "1980-01-01"},
    {"resourceType": "Organization", "id": "payer", "name": "Payer"},
    {"resourceType": "Organization", "id": "other", "name": "Other"},
    {"resourceType": "Location", "id": "office", "name": "Office"},
    {
        "resourceType": "Condition",
        "id": "cold",
        "subject": {"reference": "Patient/ann"},
        "code": concept(vocabulary.ICD_10_CM, "J00"),
    },
    {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": "Patient/ann"},
        "period": {"start": "2026-03-02T09:00:00-05:00", "end": "2026-03-02T09:30:00-05:00"},
    },
)


def item(code: str, price: str, quantity: int = 1, sequence: int = 1, day: str = "2026-03-02") -> Resource:
    """A line of a claim."""
    return {
        "sequence": sequence,
        "careTeamSequence": [1],
        "diagnosisSequence": [1],
        "productOrService": concept(vocabulary.HCPCS, code),
        "servicedDate": day,
        "quantity": {"value": quantity},
        "unitPrice": element(price),
        "net": element(str(Decimal(price) * quantity)),
        "encounter": [{"reference": "Encounter/visit"}],
    }


CLAIM: Resource = {
    "resourceType": "Claim",
    "id": "one",
    "status": "active",
    "type": concept("http://terminology.hl7.org/CodeSystem/claim-type", "professional"),
    "use": "claim",
    "patient": {"reference": "Patient/ann"},
    "billablePeriod": {"start": "2026-03-02", "end": "2026-03-02"},
    "created": "2026-03-03",
    "insurer": {"reference": "Organization/payer"},
    "provider": {"reference": "Practitioner/doc"},
    "priority": concept("http://terminology.hl7.org/CodeSystem/processpriority", "normal"),
    "facility": {"reference": "Location/office"},
    "careTeam": [{"sequence": 1, "provider": {"reference": "Practitioner/doc"}}],
    "diagnosis": [
        {"sequence": 1, "diagnosisCodeableConcept": concept(vocabulary.ICD_10_CM, "E11.9")},
        {"sequence": 2, "diagnosisReference": {"reference": "Condition/cold"}},
    ],
    "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/own"}}],
    "item": [item("S9083", "120.00"), {**item("P9612", "10.00", 3, 2), "modifier": [concept(vocabulary.HCPCS, "59")]}],
    "total": element("150.00"),
}


def case(claim: Resource | None = None, **changes: Json) -> Case:
    """The claim with all that it refers to, ready to be billed; `changes` are the fields of a Case."""
    found: dict[str, Json] = {
        "claim": deepcopy(claim or CLAIM),
        "resources": known(COVERAGE, PROVIDER, *OTHERS),
        "now": NOW,
        "plan": benefits.read(PLAN),
    }
    return Case(**{**found, **changes})


def known(*resources: Resource) -> Mapping[str, Resource]:
    """Resources by their relative references."""
    return {resource.key(one): deepcopy(one) for one in resources}


def problems(checked: Resource) -> list[str]:
    """What the validator finds wrong."""
    return [f"{one.expression}: {one.diagnostics}" for one in VALIDATOR.issues(checked) if one.failed]


def plan_of(day: date) -> Resource | None:
    """The InsurancePlan of the coverage on a day."""
    return coverage.plan_of(COVERAGE, [PLAN], day)
