"""CX, EI, XCN and XON numbers to Identifier, each in the namespace of who assigned it.

The system of an identifier is, in this order: the URI that FHIR gives the authority or the type of number (NPI, SSN);
`urn:oid:` or `urn:uuid:` for an authority with an ISO OID or a UUID; the authority itself where it is a URI;
`urn:hl7v2:<namespace>` for a local name; and where no authority is named, the sender's own namespace with the type of
number, so that a record number and a visit number of one sender never meet.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-datatype-cx-to-identifier.html
"""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from server.fhir.resource import Resource
from server.hl7v2.context import Context, namespace
from server.hl7v2.datatypes import temporal
from server.hl7v2.er7 import Component, Repetition
from server.hl7v2.tables import AUTHORITY, IDENTIFIER_SYSTEM, V2

URI = "urn:ietf:rfc3986"
DERIVED = UUID("3d1f0a7e-52c4-5c0b-9a86-6f1f2f0b7a11")
"""The namespace of the UUIDs that stand in for numbers which the sender does not give."""

_oid = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)
_uuid = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def of_cx(value: Repetition, context: Context, kind: str) -> Resource:
    """The Identifier of a CX; empty when it has no number. `kind` sets the sender's kinds of number apart."""
    number, type_ = value.text(1).strip(), " ".join(value.text(5).split())
    if not number:
        return {}
    period = temporal.period(temporal.date(value.text(7)), temporal.date(value.text(8)))
    assigner = value.text(6)
    return {
        **typed(type_),
        "system": _system(value.component(4), type_, context, kind),
        "value": number,
        **({"period": period} if period else {}),
        **({"assigner": {"display": assigner}} if assigner else {}),
    }


def of_xcn(value: Repetition, context: Context) -> Resource:
    """The Identifier of a person's number in an XCN (or XON with its number in component 10); empty without one."""
    number, type_ = value.text(1).strip(), " ".join(value.text(13).split())
    if not number:
        return {}
    return {**typed(type_), "system": _system(value.component(9), type_, context, "XCN"), "value": number}


def of_ei(value: Repetition, context: Context, kind: str) -> Resource:
    """The Identifier of an EI; empty without a number. `kind` sets the sender's kinds of number apart."""
    number = value.text(1).strip()
    local, universal, form = (value.text(step).strip() for step in (2, 3, 4))
    if not number:
        return {}
    return {"system": authority(local, universal, form) or context.namespace(kind), "value": number}


def derived(*parts: str) -> Resource:
    """The Identifier of a thing without a number of its own: a UUID of what it belongs to and what tells it apart."""
    return {"system": URI, "value": f"urn:uuid:{uuid5(DERIVED, '|'.join(map(_escaped, parts)))}"}


def typed(code: str) -> Resource:
    """The `type` member of an Identifier by its code in table 0203; empty without one."""
    return {"type": {"coding": [{"system": f"{V2}0203", "code": code}]}} if code else {}


def authority(local: str, universal: str, form: str) -> str:
    """The URI of an HD: its universal id where FHIR can say it, else its namespace; empty when it has neither."""
    for name in (universal, local):
        if name in AUTHORITY:
            return AUTHORITY[name]
    return _universal(universal, form.upper()) or (namespace(local or universal) if local or universal else "")


def _universal(name: str, form: str) -> str:
    if form == "ISO" and _oid.fullmatch(name):
        return f"urn:oid:{name}"
    if form in ("UUID", "GUID") and _uuid.fullmatch(name):
        return f"urn:uuid:{name.lower()}"
    return name if form in ("URI", "URL") and re.fullmatch(r"\S+:\S+", name) else ""


def _system(hd: Component, type_: str, context: Context, kind: str) -> str:
    if type_ in IDENTIFIER_SYSTEM:
        return IDENTIFIER_SYSTEM[type_]
    named = authority(*(hd.subcomponent(step).strip() for step in (1, 2, 3)))
    return named or context.namespace(type_ or kind)


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("|", "\\|")
