"""The code systems and extensions that billing speaks, and how to read and write their codes.

Those below `https://almoner.example/` are ours; `profiles/` defines them.
Source: http://hl7.org/fhir/R4/datatypes.html#CodeableConcept
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.fhir.errors import Unprocessable
from server.fhir.resource import Json, Resource

OURS = "https://almoner.example"
NPI = "http://hl7.org/fhir/sid/us-npi"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
SERVICE_TYPE = "https://x12.org/codes/service-type-codes"
"""Service categories, as eligibility messages name them; 30 is the plan as a whole."""
WHOLE_PLAN = "30"
REASON = "https://x12.org/codes/claim-adjustment-reason-codes"
GROUP = "https://x12.org/codes/claim-adjustment-group-codes"

ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
CARIN_ADJUDICATION = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication"
CARIN_DISCRIMINATOR = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudicationDiscriminator"
CARIN_IDENTIFIER = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType"
CARIN_STATUS = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBPayerAdjudicationStatus"
PAYMENT_STATUS: Mapping[str, str] = {"paid": "paid", "partial": "partiallypaid", "denied": "denied"}
"""What becomes of a claim, to CARIN's code for it as type of an EOB's payment."""
BENEFIT_TYPE = "http://terminology.hl7.org/CodeSystem/benefit-type"
BENEFIT_TYPE_OURS = f"{OURS}/CodeSystem/benefit-type"
BENEFIT_NETWORK = "http://terminology.hl7.org/CodeSystem/benefit-network"
BENEFIT_UNIT = "http://terminology.hl7.org/CodeSystem/benefit-unit"
BENEFIT_TERM = "http://terminology.hl7.org/CodeSystem/benefit-term"
APPLICABILITY = "http://terminology.hl7.org/CodeSystem/applicability"
QUALIFIER = f"{OURS}/CodeSystem/cost-qualifier"
COVERAGE_CLASS = "http://terminology.hl7.org/CodeSystem/coverage-class"
PAYMENT_TYPE = "http://terminology.hl7.org/CodeSystem/ex-paymenttype"
RECONCILIATION = "http://terminology.hl7.org/CodeSystem/payment-type"
"""What a detail of a reconciliation is: payment or adjustment."""
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
PAYEE = "http://terminology.hl7.org/CodeSystem/payeetype"
CLAIM_RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship"
MEASURE_POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
ELIGIBILITY_ERROR = f"{OURS}/CodeSystem/eligibility-error"
REVENUE_MEASURE = f"{OURS}/CodeSystem/revenue-measure"
REVENUE_CYCLE = f"{OURS}/Measure/revenue-cycle"
UCUM = "http://unitsofmeasure.org"
ISO_4217 = "urn:iso:std:iso:4217"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_CODES = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

AUTHORIZATION_REQUIRED = f"{OURS}/StructureDefinition/authorization-required"
FEE_SCHEDULE = f"{OURS}/StructureDefinition/fee-schedule"
PLAN_YEAR_START = f"{OURS}/StructureDefinition/plan-year-start"
SERVICE_CATEGORY = f"{OURS}/StructureDefinition/service-category"
BENEFIT_REMAINING = f"{OURS}/StructureDefinition/benefit-remaining"
POPULATION_AMOUNT = f"{OURS}/StructureDefinition/population-amount"
STRATUM_VALUE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MeasureReport.group.stratifier.stratum.value"
"""HL7's extension for what the value of a stratum may be since R5: a Reference, among others."""

BENEFIT_ORDINAL = f"{OURS}/sid/benefit-ordinal"
"""The identifier system that gives the EOBs of one policy an order, over all its plan years."""
CLAIM_ORDINAL = f"{OURS}/sid/claim-ordinal"
"""The identifier system that gives the EOBs of one patient an order."""
CLAIM_NUMBER = f"{OURS}/sid/payer-claim-number"
"""The identifier system of the numbers that the built-in payer gives to the claims it decided."""
POSTING = f"{OURS}/sid/posting"
"""The identifier system that keeps a payment from being posted twice."""


def concept(system: str, code: str) -> Resource:
    """A CodeableConcept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def codes(value: Json, *systems: str) -> Iterator[str]:
    """The codes that a CodeableConcept has in any of the systems."""
    return (one["code"] for one in value.get("coding", ()) if one.get("system") in systems and "code" in one)


def code(value: Json, *systems: str) -> str:
    """The first code that a CodeableConcept has in any of the systems; empty without one."""
    return next(codes(value, *systems), "")


def sole(value: Json, *systems: str) -> str:
    """The only code that a CodeableConcept has in any of the systems; empty without one, and with several."""
    found = {*codes(value, *systems)}
    return found.pop() if len(found) == 1 else ""


def extension(element: Json, url: str, name: str, path: str) -> Json:
    """The value of the one extension that an element has with a URL, None without it; `name` is that of the value.

    Raises Unprocessable, with the FHIRPath below that of the element, for two, and for a value of another type.
    """
    said = [one for one in element.get("extension", ()) if one.get("url") == url]
    if len(said) > 1 or any(name not in one for one in said):
        raise Unprocessable(f"the extension {url} is given once, with a {name}", expression=f"{path}.extension")
    return said[0][name] if said else None


def identifiers(resource: Json, system: str) -> tuple[str, ...]:
    """The values that a resource's identifiers have in a system."""
    listed = resource.get("identifier", ())
    return tuple(one["value"] for one in listed if one.get("system") == system and "value" in one)
