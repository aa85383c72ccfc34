"""PID: the Patient, found by a record number and its assigning authority.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-segment-pid-to-patient.html
"""

from __future__ import annotations

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import coded, identifier, person
from server.hl7v2.entries import Entry, identified, said
from server.hl7v2.er7 import Segment
from server.hl7v2.faults import DATA_TYPE, REQUIRED_FIELD, Unmappable
from server.hl7v2.segments import leaf, us_core
from server.hl7v2.tables import GENDER, LANGUAGE, MARITAL, SSN, V2

KEYS = ("MR", "PI", "PT")
"""The types of number that identify a patient, best first; any other but a social security number comes next."""

MOTHERS_NAME = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
BIRTH_TIME = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"


def patient(segment: Segment, context: Context) -> Entry:
    """The Patient; raises Unmappable when no number identifies it."""
    numbers = identifiers(segment, context)
    resource = {
        "resourceType": "Patient",
        "extension": [*us_core.extensions(segment), *_mothers_name(segment)],
        "identifier": numbers,
        "name": person.names(segment.field(5)) + person.names(segment.field(9)),
        "telecom": _telecom(segment),
        "gender": gender(segment, 8),
        **_birth(segment, context),
        **_deceased(segment, context),
        "address": person.addresses(segment.field(11)),
        "maritalStatus": _marital(segment),
        **_multiple(segment),
        "communication": language(segment, 15, preferred=True),
    }
    return identified(said(resource), key(segment, numbers), segment.place())


def identifiers(segment: Segment, context: Context) -> list[Resource]:
    """Every number of the patient: PID-3, and the older PID-2, PID-4 and PID-19; each once."""
    found = [identifier.of_cx(one, context, "MR") for step in (3, 2, 4) for one in segment.field(step).repetitions]
    security = segment.text(19).strip()
    found += [{**identifier.typed("SS"), "system": SSN, "value": security}] if security else []
    unique = {(one["system"], one["value"]): one for one in reversed(found) if one}
    return list(reversed(unique.values()))


def key(segment: Segment, numbers: list[Resource]) -> Resource:
    """The number to find the patient by; raises Unmappable when there is none."""
    for kind in KEYS:
        for one in numbers:
            if one.get("type") == identifier.typed(kind)["type"]:
                return one
    found = [one for one in numbers if one["system"] != SSN]
    if not found:
        raise Unmappable(segment.place(3), REQUIRED_FIELD, "a patient identifier is required")
    return found[0]


def gender(segment: Segment, position: int) -> str:
    """An administrative gender; `unknown` for a code that the table does not have."""
    code = segment.text(position).strip().upper()
    return GENDER.get(code, "unknown") if code else ""


def language(segment: Segment, position: int, *, preferred: bool) -> list[Resource]:
    """The communication element of a language."""
    value = segment.field(position).first
    code, text = value.text(1).strip(), value.text(2).strip()
    if not code:
        return []
    known = LANGUAGE.get(code.lower(), code.lower() if len(code) == 2 and code.isalpha() else "")
    spoken: Resource = {"coding": [{"system": "urn:ietf:bcp:47", "code": known}]} if known else {"text": text or code}
    return [{"language": spoken, **({"preferred": True} if preferred else {})}]


def _mothers_name(segment: Segment) -> list[Resource]:
    family = segment.text(6).strip()
    return [{"url": MOTHERS_NAME, "valueString": family}] if family else []


def _telecom(segment: Segment) -> list[Resource]:
    home, work = person.telecoms(segment.field(13), "home"), person.telecoms(segment.field(14), "work")
    return home + work + person.telecoms(segment.field(40))


def _birth(segment: Segment, context: Context) -> Resource:
    moment = leaf.date_time(segment, 7, context)
    timed = {"extension": [{"url": BIRTH_TIME, "valueDateTime": moment}]} if "T" in moment else {}
    return {"birthDate": leaf.date(segment, 7), "_birthDate": timed}


def _deceased(segment: Segment, context: Context) -> Resource:
    moment, flag = leaf.date_time(segment, 29, context), segment.text(30).strip().upper()
    if moment:
        return {"deceasedDateTime": moment}
    return {"deceasedBoolean": flag[0] == "Y"} if flag[:1] in ("Y", "N") else {}


def _marital(segment: Segment) -> Resource:
    value = segment.field(16).first
    code = value.text(1).strip()
    if code not in MARITAL:
        return coded.concept(value, f"{V2}0002")
    system, meaning = MARITAL[code]
    text = value.text(2).strip()
    return {"coding": [{"system": system, "code": meaning}], **({"text": text} if text else {})}


def _multiple(segment: Segment) -> Resource:
    order, flag = segment.text(25).strip(), segment.text(24).strip().upper()
    if order and not (order.isascii() and order.isdigit() and len(order) < 3):
        raise Unmappable(segment.place(25), DATA_TYPE, "a birth order is expected")
    if order:
        return {"multipleBirthInteger": int(order)}
    return {"multipleBirthBoolean": flag == "Y"} if flag in ("Y", "N") else {}
