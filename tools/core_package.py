"""The shape of an unpacked FHIR package, as the builders see it."""

from __future__ import annotations

from typing import Any

Json = Any
Package = dict[str, list[Json]]

CORE = "http://hl7.org/fhir/StructureDefinition/"


def specializations(package: Package) -> list[Json]:
    """The types of R4 itself: no profiles, no logical models."""
    return [
        one
        for one in package["StructureDefinition"]
        if one["kind"] != "logical" and one.get("derivation") != "constraint"
    ]
