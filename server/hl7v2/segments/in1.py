"""IN1: the Coverage, its payor Organization and its subscriber. Where HL7's guide leaves member and group number
without a target, IN1-36 is the member number (`subscriberId`) and IN1-8 the group.

Source: http://v2plus.hl7.org/2021Jan/segment-definition/IN1.html
"""

from __future__ import annotations

from server.fhir.resource import Resource
from server.hl7v2.context import Context, namespace
from server.hl7v2.datatypes import coded, identifier, person
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Segment
from server.hl7v2.faults import REQUIRED_FIELD, Unmappable
from server.hl7v2.segments import leaf
from server.hl7v2.segments.pid import gender
from server.hl7v2.tables import SUBSCRIBER_RELATIONSHIP, V2

CLASS = "http://terminology.hl7.org/CodeSystem/coverage-class"
RELATIONSHIP = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"
COST_TYPE = "http://terminology.hl7.org/CodeSystem/coverage-copay-type"


def coverage(segment: Segment, patient: Entry, context: Context) -> list[Entry]:
    """The payor, the subscriber where it is another person, and last the Coverage."""
    payor, relationship = _payor(segment, context), _relationship(segment)
    subscriber = None if relationship == "self" else _subscriber(segment, patient, context)
    member = segment.text(36).strip()
    own = _key(segment, patient, payor, member)
    resource = {
        "resourceType": "Coverage",
        "identifier": [own, *_member(member, payor)],
        "status": "active",
        "type": coded.concept(segment.field(15).first, f"{V2}0086"),
        "subscriber": patient.reference if relationship == "self" else subscriber and subscriber.reference,
        "subscriberId": member,
        "beneficiary": patient.reference,
        "relationship": _relationship_concept(segment, relationship),
        "period": leaf.period(segment, 12, 13, context),
        "payor": [payor.reference],
        "class": _classes(segment),
        "order": _order(segment),
        "costToBeneficiary": _deductible(segment),
    }
    entries = [payor, *([subscriber] if subscriber else [])]
    return [*entries, identified(said(resource), own, segment.place())]


def _payor(segment: Segment, context: Context) -> Entry:
    """The payer by its number (IN1-3), else by the name the sender gives it (IN1-4, else the plan's)."""
    numbers = [one for value in segment.field(3).repetitions if (one := identifier.of_cx(value, context, "IN1-3"))]
    name = segment.text(4).strip() or segment.text(2, 2).strip() or segment.text(2).strip()
    if not numbers and not name:
        raise Unmappable(segment.place(3), REQUIRED_FIELD, "the insurance company is required")
    numbers = numbers or [identifier.derived(context.sender, "payer", name.upper())]
    resource = {
        "resourceType": "Organization",
        "identifier": numbers,
        "type": [{"coding": [{"system": ORGANIZATION_TYPE, "code": "pay"}]}],
        "name": name,
        "telecom": [{**one, "use": "work"} for one in person.telecoms(segment.field(7), "work")],
        "address": [{**one, "use": "work"} for one in person.addresses(segment.field(5))],
    }
    return identified(said(resource), numbers[0], segment.place(3), update=False)


def _key(segment: Segment, patient: Entry, payor: Entry, member: str) -> Resource:
    """A coverage is known again by patient, payer, plan and member number, or its place in the list without one."""
    plan = segment.text(2).strip()
    last = member or f"#{segment.sequence}"
    return identifier.derived(*patient.identity, "IN1", *payor.identity, plan, last)


def _member(member: str, payor: Entry) -> list[Resource]:
    """The member number in a namespace of the payer's."""
    system = namespace("member", *payor.identity)
    return [{**identifier.typed("MB"), "system": system, "value": member}] if member else []


def _subscriber(segment: Segment, patient: Entry, context: Context) -> Entry | None:
    """The insured person, when IN1-16 names one."""
    names = person.names(segment.field(16))
    if not names:
        return None
    numbers = [identifier.of_cx(one, context, "IN1-49") for one in segment.field(49).repetitions]
    own = identifier.derived(
        *patient.identity, "IN1-16", *(segment.text(16, part) for part in (1, 2)), segment.text(18)
    )
    resource = {
        "resourceType": "RelatedPerson",
        "identifier": [own, *(one for one in numbers if one)],
        "patient": patient.reference,
        "name": names,
        "gender": gender(segment, 43),
        "birthDate": leaf.date(segment, 18),
        "address": person.addresses(segment.field(19)),
    }
    return identified(said(resource), own, segment.place(16))


def _relationship(segment: Segment) -> str:
    return SUBSCRIBER_RELATIONSHIP.get(segment.text(17).strip().upper(), "")


def _relationship_concept(segment: Segment, code: str) -> Resource:
    """The patient's relationship to the subscriber; a code of another table stays as it came."""
    kept = coded.concept(segment.field(17).first, f"{V2}0063")
    return {"coding": [{"system": RELATIONSHIP, "code": code}]} if code else kept


def _classes(segment: Segment) -> list[Resource]:
    named = (("plan", segment.text(2), segment.text(2, 2)), ("group", segment.text(8), segment.text(9)))
    return [_class(kind, value.strip(), name.strip()) for kind, value, name in named if value.strip()]


def _class(kind: str, value: str, name: str) -> Resource:
    return said({"type": {"coding": [{"system": CLASS, "code": kind}]}, "value": value, "name": name})


def _order(segment: Segment) -> int:
    """The priority of the coverage: IN1-22 where it is a number, else its set id, else its place."""
    for text in (segment.text(22).strip(), segment.text(1).strip()):
        if text.isascii() and text.isdigit() and 0 < int(text) < 100:
            return int(text)
    return segment.sequence


def _deductible(segment: Segment) -> list[Resource]:
    amount = leaf.money(segment, 37, "USD")
    kind = {"coding": [{"system": COST_TYPE, "code": "deductible"}]}
    return [{"type": kind, "valueMoney": amount}] if amount else []
