"""Elements, cardinalities, types, bindings and invariants of the R4 types.

Source: http://hl7.org/fhir/R4/elementdefinition.html
"""

from __future__ import annotations

from tools.core_package import CORE, Json, Package, specializations

IMPLIED = {"ele-1"}
"""Holds of every element: the validator has it built in, so the asset does not repeat it."""
REGEX = CORE + "regex"
FHIR_TYPE = CORE + "structuredefinition-fhir-type"


def types(package: Package) -> Json:
    """Every type by name: kind, base, abstractness and its elements in order."""
    return {one["type"]: _type(one) for one in specializations(package)}


def invariants(package: Package) -> Json:
    """Every invariant of those types by key: its severity and its expression."""
    return {
        rule["key"]: {"severity": rule["severity"], "expression": rule["expression"]}
        for one in specializations(package)
        for element in one["snapshot"]["element"]
        for rule in element.get("constraint", ())
        if rule["key"] not in IMPLIED and "expression" in rule
    }


def _type(definition: Json) -> Json:
    elements = [_element(element) for element in definition["snapshot"]["element"]]
    base = str(definition.get("baseDefinition", "")).removeprefix(CORE)
    return {"kind": definition["kind"], "base": base, "abstract": definition["abstract"], "elements": elements}


def _element(element: Json) -> Json:
    row: Json = {"path": element["path"], "min": element["min"], "max": element["max"]}
    row["types"] = [_element_type(one) for one in element.get("type", ())]
    if "contentReference" in element:
        row["content"] = element["contentReference"].removeprefix("#")
    if "valueSet" in element.get("binding", {}):
        row["binding"] = _binding(element["binding"])
    keys = [rule["key"] for rule in element.get("constraint", ()) if rule["key"] not in IMPLIED]
    row |= {"invariants": keys} if keys else {}
    row |= {"summary": True} if element.get("isSummary") else {}
    row |= {"modifier": True} if element.get("isModifier") else {}
    row |= {"attribute": True} if "xmlAttr" in element.get("representation", ()) else {}
    return row


def _binding(binding: Json) -> Json:
    return {"strength": binding["strength"], "valueSet": binding["valueSet"].split("|")[0]}


def _element_type(one: Json) -> Json:
    extensions = {extension["url"]: extension for extension in one.get("extension", ())}
    code = extensions[FHIR_TYPE]["valueUrl"] if FHIR_TYPE in extensions else one["code"]
    row: Json = {"code": code}
    if one["code"].startswith("http://hl7.org/fhirpath/"):
        row["system"] = one["code"].removeprefix("http://hl7.org/fhirpath/System.")
    if REGEX in extensions:
        row["regex"] = extensions[REGEX]["valueString"]
    if "targetProfile" in one:
        row["targets"] = [target.removeprefix(CORE) for target in one["targetProfile"]]
    return row
