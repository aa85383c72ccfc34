"""CWE, CNE, CE and IS to CodeableConcept and Coding.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-datatype-cwe-to-codeableconcept.html
"""

from __future__ import annotations

import re

from server.fhir.resource import Resource
from server.hl7v2.context import namespace
from server.hl7v2.er7 import Repetition
from server.hl7v2.tables import CODING_SYSTEM, V2

_table = re.compile(r"HL7(\d{4})", re.ASCII)
_oid = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)
_cpt = re.compile(r"\d{4}[0-9FTUM]", re.ASCII)
_icd = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?", re.ASCII)
_hcpcs = re.compile(r"[A-V]\d{4}", re.ASCII)


ICD_10_CM = CODING_SYSTEM["I10"]


def concept(value: Repetition, default: str = "") -> Resource:
    """The CodeableConcept of a coded value: its code, its alternate code and its text; empty when it has none.

    `default` is the system of a code that names none.
    """
    codings = [one for first in (1, 4) if (one := coding(value, first, default if first == 1 else ""))]
    text = value.text(9) or (value.text(2) if not codings else "")
    return {**({"coding": codings} if codings else {}), **({"text": text} if text else {})}


def coding(value: Repetition, first: int = 1, default: str = "") -> Resource:
    """The Coding whose code, text and system are the three components from `first` on; empty without a code."""
    code, text, name = (" ".join(value.text(first + step).split()) for step in range(3))
    if not code:
        return {}
    uri = system(name) or default
    code = _dotted(code) if uri == ICD_10_CM else code
    return {**({"system": uri} if uri else {}), "code": code, **({"display": text} if text else {})}


def system(name: str) -> str:
    """The URI of a coding system by its name in table 0396; empty when none is named."""
    if table := _table.fullmatch(name.upper()):
        return V2 + table.group(1)
    if _oid.fullmatch(name):
        return f"urn:oid:{name}"
    return CODING_SYSTEM.get(name.upper(), namespace("coding", name) if name else "")


def procedure_system(code: str) -> str:
    """The coding system that the shape of a US procedure code shows: CPT, HCPCS level II, or empty."""
    if _cpt.fullmatch(code):
        return CODING_SYSTEM["C4"]
    return CODING_SYSTEM["HCPCS"] if _hcpcs.fullmatch(code) else ""


def diagnosis_system(code: str) -> str:
    """The coding system that the shape of a US diagnosis code shows: ICD-10-CM, or empty."""
    return ICD_10_CM if _icd.fullmatch(code.upper()) else ""


def _dotted(code: str) -> str:
    """An ICD-10-CM code as FHIR writes it: with its dot, which senders often leave out."""
    bare = code.upper()
    return f"{bare[:3]}.{bare[3:]}" if _icd.fullmatch(bare) and len(bare) > 3 and "." not in bare else code
