"""XPN, XCN, XAD and XTN to HumanName, Address and ContactPoint.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-datatype-xpn-to-humanname.html
"""

from __future__ import annotations

from server.fhir.resource import Resource
from server.hl7v2.datatypes import temporal
from server.hl7v2.er7 import Field, Repetition
from server.hl7v2.tables import ADDRESS_TYPE, ADDRESS_USE, NAME_USE, TELECOM_SYSTEM, TELECOM_USE


def names(field: Field) -> list[Resource]:
    """Every HumanName of an XPN field that says anything."""
    return [one for value in field.repetitions if (one := name(value))]


def name(value: Repetition, shift: int = 0) -> Resource:
    """The HumanName of an XPN; of an XCN, whose name begins one component later, with `shift` 1. Empty for none."""
    family, given, middle, suffix, prefix, degree = (value.text(step + shift).strip() for step in range(1, 7))
    use = NAME_USE.get(value.text(10 if shift else 7).strip())
    period = temporal.period(*(temporal.date(value.text(step + shift)) for step in (12, 13))) if not shift else {}
    said = {
        "family": family,
        "given": [part for part in (given, middle) if part],
        "prefix": [prefix] if prefix else [],
        "suffix": [part for part in (suffix, degree) if part],
    }
    said = {key: part for key, part in said.items() if part}
    return {**({"use": use} if use else {}), **said, **({"period": period} if period else {})} if said else {}


def display(value: Repetition) -> str:
    """The name in an XCN as one line."""
    return " ".join(part for step in (6, 3, 4, 2, 5) if (part := value.text(step).strip()))


def addresses(field: Field) -> list[Resource]:
    """Every Address of an XAD field that says anything."""
    return [one for value in field.repetitions if (one := address(value))]


def address(value: Repetition) -> Resource:
    """The Address of an XAD; empty for none."""
    street, house = value.text(1, 1).strip(), value.text(1, 2).strip()
    lines = [part for part in (street, house, value.text(2).strip(), value.text(19).strip()) if part]
    kind = value.text(7).strip()
    said = {
        "line": lines,
        "city": value.text(3).strip(),
        "district": value.text(9).strip(),
        "state": value.text(4).strip(),
        "postalCode": value.text(5).strip(),
        "country": value.text(6).strip(),
    }
    said = {key: part for key, part in said.items() if part}
    how = {"use": ADDRESS_USE.get(kind), "type": ADDRESS_TYPE.get(kind)}
    return {**{key: part for key, part in how.items() if part}, **said} if said else {}


def telecoms(field: Field, use: str = "") -> list[Resource]:
    """Every ContactPoint of an XTN field; `use` is that of one which names none."""
    return [one for value in field.repetitions if (one := telecom(value, use))]


def telecom(value: Repetition, use: str = "") -> Resource:
    """The ContactPoint of an XTN: its e-mail address, else its number as written, else its parts. Empty for none.

    The number as written is component 12; component 1, which came before it, stands where it is missing.
    """
    kind, equipment = value.text(2).strip(), value.text(3).strip().upper()
    email, number = value.text(4).strip(), value.text(12).strip() or value.text(1).strip() or _parts(value)
    mail = bool(email) and ("@" in email or TELECOM_SYSTEM.get(equipment) == "email" or not number)
    said = email if mail else number
    if not said:
        return {}
    how = TELECOM_USE.get(kind.upper(), "mobile" if equipment == "CP" else use)
    system = "email" if mail else TELECOM_SYSTEM.get(equipment, "phone")
    return {"system": system, "value": said, **({"use": how} if how else {})}


def _parts(value: Repetition) -> str:
    """A number given as country, area and local parts."""
    country, area, local = (value.text(step).strip() for step in (5, 6, 7))
    return " ".join(part for part in (f"+{country}" if country and local else "", area, local) if part)
