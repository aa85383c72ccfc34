"""The codes of the value sets to which R4 binds elements with strength required.

A value set that the package alone cannot expand (all of BCP 13, UCUM, ISO 4217) is left out, and the validator
then says nothing about its codes. Only codes are kept, no displays.
Source: http://hl7.org/fhir/R4/valueset.html#compose
"""

from __future__ import annotations

from tools.core_package import Json, Package, specializations

Codes = dict[str, list[str]]


def bound_value_sets(package: Package) -> Json:
    """By value set URL, by code system URL: the sorted codes."""
    expander = _Expander(package)
    expanded = {url: expander.expand(url) for url in sorted(_required(package))}
    return {url: codes for url, codes in expanded.items() if codes is not None}


def _required(package: Package) -> set[str]:
    return {
        element["binding"]["valueSet"].split("|")[0]
        for one in specializations(package)
        for element in one["snapshot"]["element"]
        if element.get("binding", {}).get("strength") == "required" and "valueSet" in element["binding"]
    }


class _Expander:
    def __init__(self, package: Package) -> None:
        self.sets = {one["url"]: one for one in package["ValueSet"]}
        self.systems = {one["url"]: one for one in package["CodeSystem"] if one["content"] == "complete"}

    def expand(self, url: str) -> Codes | None:
        compose = self.sets.get(url, {}).get("compose")
        if compose is None:
            return None
        included = [self._part(part) for part in compose["include"]]
        excluded = [self._part(part) for part in compose.get("exclude", ())]
        if any(part is None for part in (*included, *excluded)):
            return None
        return _minus(_union(included), _union(excluded))

    def _part(self, part: Json) -> Codes | None:
        if "valueSet" in part:
            return self._imported(part)
        if "concept" in part:
            return {part["system"]: sorted(concept["code"] for concept in part["concept"])}
        if part["system"] not in self.systems:
            return None
        return self._system(part)

    def _imported(self, part: Json) -> Codes | None:
        parts = [self.expand(url.split("|")[0]) for url in part["valueSet"]]
        return None if "system" in part or None in parts else _union(parts)

    def _system(self, part: Json) -> Codes | None:
        concepts = self.systems[part["system"]].get("concept", [])
        for rule in part.get("filter", ()):
            narrowed = _filtered(concepts, rule)
            if narrowed is None:
                return None
            concepts = narrowed
        return {part["system"]: sorted(_codes(concepts))}


def _codes(concepts: Json) -> set[str]:
    return {code for one in concepts for code in (one["code"], *_codes(one.get("concept", ())))}


def _filtered(concepts: Json, rule: Json) -> Json | None:
    if rule["property"] != "concept" or rule["op"] not in ("is-a", "descendent-of"):
        return None
    found = next((one for one in _walk(concepts) if one["code"] == rule["value"]), None)
    if found is None:
        return None
    return [found] if rule["op"] == "is-a" else found.get("concept", [])


def _walk(concepts: Json) -> Json:
    for one in concepts:
        yield one
        yield from _walk(one.get("concept", ()))


def _union(parts: list[Codes | None]) -> Codes:
    merged: dict[str, set[str]] = {}
    for part in parts:
        for system, codes in (part or {}).items():
            merged.setdefault(system, set()).update(codes)
    return {system: sorted(codes) for system, codes in sorted(merged.items())}


def _minus(codes: Codes, less: Codes) -> Codes:
    return {system: sorted(set(values) - set(less.get(system, ()))) for system, values in codes.items()}
