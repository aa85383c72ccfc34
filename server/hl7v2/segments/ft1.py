"""FT1: a charge, as ChargeItem. HL7's guide does not map it; this is ours.

A charge is created once under its transaction number (FT1-2) and never changed by a message, since it may have been
billed: a correction is a credit and a new charge. Credits, payments and adjustments are not charges and are refused.

Source: http://v2plus.hl7.org/2021Jan/segment-definition/FT1.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import coded, identifier, quantity, temporal
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Repetition, Segment
from server.hl7v2.faults import DATA_TYPE, REQUIRED_FIELD, TABLE_VALUE, Unmappable
from server.hl7v2.segments import leaf, practitioner
from server.hl7v2.segments.subject import Subject
from server.hl7v2.tables import CODING_SYSTEM

CHARGE = "CG"
CURRENCY = "USD"
MODIFIER = "urn:hl7v2:FT1-26"
"""The extension that holds a procedure modifier, for which R4's ChargeItem has no element."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What the charges of a message belong to; `conditions` are its diagnoses."""

    subject: Subject
    account: Entry
    conditions: Sequence[Entry]
    control_id: str


def charge(segment: Segment, bill: Bill, procedures: Sequence[Entry], context: Context) -> list[Entry]:
    """The practitioners and last the ChargeItem; raises Unmappable for what is not a charge or has no code or date."""
    if leaf.required(segment, 6).upper() != CHARGE:
        raise Unmappable(segment.place(6), TABLE_VALUE, "only charges (CG) are taken")
    key = _number(segment, bill, context)
    performers = practitioner.mentions(segment, 20, context)
    enterers = practitioner.mentions(segment, 24, context)[:1]
    reasons = [one for value in segment.field(19).repetitions if (one := _reason(value))]
    resource = {
        "resourceType": "ChargeItem",
        "extension": _modifiers(segment),
        "identifier": [key],
        "status": "billable",
        "code": _code(segment),
        "subject": bill.subject.patient.reference,
        "context": bill.subject.encounter,
        **_occurrence(segment, context),
        "performer": [{"actor": one.reference} for one in performers],
        "costCenter": _cost_center(segment),
        "quantity": _quantity(segment),
        "priceOverride": _price(segment),
        "enterer": enterers[0].reference if enterers else {},
        "enteredDate": leaf.date_time(segment, 5, context),
        "reason": reasons,
        "service": [one.reference for one in procedures],
        "account": [bill.account.reference],
        "supportingInformation": [one.reference for one in bill.conditions if _shares(one, reasons)],
    }
    main = identified(said(resource), key, segment.place(), update=False)
    return [*(entry for one in performers + enterers for entry in one.entries), main]


def _number(segment: Segment, bill: Bill, context: Context) -> Resource:
    """The transaction number in the sender's namespace; without one, the place of the charge in its message."""
    number = identifier.of_ei(segment.field(2).first, context, "FT1-2")
    return number or identifier.derived(context.sender, bill.control_id, "FT1", str(segment.sequence))


def _code(segment: Segment) -> Resource:
    """The procedure code (FT1-25) and the transaction code (FT1-7), each once, the procedure's first."""
    values = [one for one in (segment.field(25).first, segment.field(7).first) if one.text(1).strip()]
    codings = [coded.coding(one, 1, coded.procedure_system(one.text(1).strip())) for one in values]
    if not codings:
        raise Unmappable(segment.place(7), REQUIRED_FIELD, "a transaction or procedure code is required")
    unique = {(one.get("system"), one["code"]): one for one in reversed(codings)}
    text = segment.text(8).strip()
    return {"coding": list(reversed(unique.values())), **({"text": text} if text else {})}


def _modifiers(segment: Segment) -> list[Resource]:
    found = (coded.coding(value, 1, CODING_SYSTEM["C4"]) for value in segment.field(26).repetitions)
    return [{"url": MODIFIER, "valueCoding": one} for one in found if one]


def _reason(value: Repetition) -> Resource:
    return coded.concept(value, coded.diagnosis_system(value.text(1).strip()))


def _occurrence(segment: Segment, context: Context) -> Resource:
    leaf.required(segment, 4)
    start, end = (leaf.date_time(segment, 4, context, component) for component in (1, 2))
    if end and temporal.inverted(start, end):
        raise Unmappable(segment.place(4, 2), DATA_TYPE, "the end is before the start")
    return {"occurrencePeriod": {"start": start, "end": end}} if end else {"occurrenceDateTime": start}


def _cost_center(segment: Segment) -> Resource:
    text = segment.text(13, 2).strip() or segment.text(13).strip()
    return {"display": text} if text else {}


def _quantity(segment: Segment) -> Resource:
    amount = leaf.number(segment, 10)
    if amount is not None and amount <= 0:
        raise Unmappable(segment.place(10), DATA_TYPE, "a charge is for more than nothing")
    return {} if amount is None else {"value": amount}


def _price(segment: Segment) -> Resource | None:
    """The total price: the extended amount (FT1-11), else the unit amount (FT1-12) times the quantity."""
    total, unit = leaf.money(segment, 11, CURRENCY), leaf.money(segment, 12, CURRENCY)
    for place, one in ((11, total), (12, unit)):
        if one is not None and one["value"] < 0:
            raise Unmappable(segment.place(place), DATA_TYPE, "a charge is not below zero")
    if total is not None or unit is None:
        return total
    amount = leaf.number(segment, 10)
    factor = Decimal(1) if amount is None else amount
    return quantity.money(unit["value"] * factor, unit["currency"], CURRENCY)


def _shares(condition: Entry, reasons: Sequence[Resource]) -> bool:
    codes = {(one.get("system"), one["code"]) for one in condition.resource["code"].get("coding", ())}
    return any((one.get("system"), one["code"]) in codes for reason in reasons for one in reason.get("coding", ()))
