"""PID-10 and PID-22: race and ethnicity, as the extensions of US Core.

Source: http://hl7.org/fhir/us/core/StructureDefinition-us-core-race.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.fhir.resource import Resource
from server.hl7v2.er7 import Repetition, Segment

CDCREC = "urn:oid:2.16.840.1.113883.6.238"
RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
ETHNICITY = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity"

CATEGORIES = frozenset(("1002-5", "2028-9", "2054-5", "2076-8", "2106-3", "2135-2", "2186-5"))
"""The codes of the minimum categories; other codes are detailed ones."""

ETHNIC_GROUP: Mapping[str, str] = {"H": "2135-2", "N": "2186-5"}
"""0189 ethnic group to CDC race and ethnicity."""


def extensions(segment: Segment) -> list[Resource]:
    """The extensions of a PID, each where it says something."""
    fields = ((RACE, segment.field(10).repetitions), (ETHNICITY, segment.field(22).repetitions))
    return [one for url, values in fields if (one := _extension(url, values))]


def _extension(url: str, values: Sequence[Repetition]) -> Resource:
    text = ", ".join(said for value in values if (said := value.text(2).strip() or value.text(1).strip()))
    parts = [one for value in values if (one := _part(value))]
    return {"url": url, "extension": [*parts, {"url": "text", "valueString": text}]} if text else {}


def _part(value: Repetition) -> Resource:
    """A code as a category or a detail; a code of no such table is only in the text."""
    code = value.text(1).strip()
    code = ETHNIC_GROUP.get(code, code)
    bare = code.replace("-", "", 1)
    if not (len(code) == 6 and code[4] == "-" and bare.isascii() and bare.isdigit()):
        return {}
    name, display = "ombCategory" if code in CATEGORIES else "detailed", value.text(2).strip()
    coding = {"system": CDCREC, "code": code, **({"display": display} if display else {})}
    return {"url": name, "valueCoding": coding}
