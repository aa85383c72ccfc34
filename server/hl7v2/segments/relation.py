"""Table 0063: what one person is to another, in FHIR's codes where it has one.

Source: http://hl7.org/fhir/uv/v2mappings/ConceptMap-table-hl70063-to-v3-rolecode.html
"""

from __future__ import annotations

from server.fhir.resource import Resource
from server.hl7v2.datatypes import coded
from server.hl7v2.er7 import Repetition
from server.hl7v2.tables import RELATIONSHIP, V2

TABLE = f"{V2}0063"


def concept(value: Repetition) -> Resource:
    """The relationship of a coded value; a code of another table, or one that FHIR has no word for, is kept."""
    kept = coded.concept(value, TABLE)
    return {**kept, "coding": [_known(one) for one in kept["coding"]]} if "coding" in kept else kept


def _known(coding: Resource) -> Resource:
    if coding.get("system", TABLE) != TABLE or coding["code"] not in RELATIONSHIP:
        return coding
    system, code = RELATIONSHIP[coding["code"]]
    return {**coding, "system": system, "code": code}
