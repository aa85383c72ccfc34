"""Search parameters and compartments of R4.

Sources: http://hl7.org/fhir/R4/searchparameter-registry.html, http://hl7.org/fhir/R4/compartmentdefinition.html
"""

from __future__ import annotations

from tools.core_package import Json, Package

KEPT = ("url", "code", "type", "base", "expression", "target")


EXAMPLE = "http://hl7.org/fhir/SearchParameter/example"
"""How the canonical URLs of the package's examples begin; one of them would take the place of `Condition.subject`."""
EXCHANGED = "http://hl7.org/fhir/SearchParameter/DocumentReference-relationship"
"""The composite in which R4 names the parameter of a code where it has a reference, and the other way round."""


def parameters(package: Package) -> Json:
    """Every search parameter that has a base, by canonical URL, but for the examples."""
    rows = package["SearchParameter"]
    return {one["url"]: _parameter(one) for one in rows if one.get("base") and not one["url"].startswith(EXAMPLE)}


def compartments(package: Package) -> Json:
    """By compartment, then by member type: the reference parameters that place a resource in it."""
    return {one["code"]: _members(one) for one in package["CompartmentDefinition"]}


def _parameter(one: Json) -> Json:
    row = {key: one[key] for key in KEPT if key in one}
    if "component" in one:
        row["components"] = _components(one)
    return row


def _components(one: Json) -> Json:
    definitions, expressions = ([part[name] for part in one["component"]] for name in ("definition", "expression"))
    if one["url"] == EXCHANGED:
        definitions.reverse()
    return [list(pair) for pair in zip(definitions, expressions, strict=True)]


def _members(definition: Json) -> Json:
    return {one["code"]: one["param"] for one in definition["resource"] if one.get("param")}
