"""Load the compiled R4 core definitions and our own. Opens files, so only `app` and `interactions` call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib import resources

import msgspec

from server.fhir.definitions import (
    Binding,
    Definitions,
    Element,
    ElementType,
    Invariant,
    SearchParameter,
    TypeDefinition,
)
from server.fhir.resource import Json, Resource

ASSETS = ("types", "invariants", "search-parameters", "compartments", "value-sets")


@cache
def definitions() -> Definitions:
    """All of R4 core and our own search parameters, read once a process; `version` is a digest of them."""
    texts = {name: resources.files("profiles").joinpath(f"r4/{name}.json").read_bytes() for name in ASSETS}
    types, rules, parameters, compartments, value_sets = (msgspec.json.decode(texts[name]) for name in ASSETS)
    own = [one for one in published() if one["resourceType"] == "SearchParameter"]
    names = tuple(sorted(name for name, one in types.items() if one["kind"] == "resource" and not one["abstract"]))
    return Definitions(
        version=sha256(b"".join([*texts.values(), msgspec.json.encode(own)])).hexdigest()[:16],
        types={name: _type(name, one) for name, one in types.items()},
        children=_children(types),
        invariants={key: Invariant(key, rule["severity"], rule["expression"]) for key, rule in rules.items()},
        parameters=_parameters([*parameters.items(), *((one["url"], one) for one in own)], types, names),
        compartments={name: {t: tuple(p) for t, p in members.items()} for name, members in compartments.items()},
        value_sets={u: {s: frozenset(c) for s, c in systems.items()} for u, systems in value_sets.items()},
        resource_types=names,
    )


def _type(name: str, one: Json) -> TypeDefinition:
    return TypeDefinition(name, one["kind"], one["base"], one["abstract"], _element(one["elements"][0]))


def _children(types: Json) -> Mapping[str, tuple[Element, ...]]:
    grouped: dict[str, list[Element]] = {}
    for one in types.values():
        grouped.setdefault(one["elements"][0]["path"], [])
        for row in one["elements"][1:]:
            grouped.setdefault(row["path"].rpartition(".")[0], []).append(_element(row))
    return {path: tuple(elements) for path, elements in grouped.items()}


def _element(row: Json) -> Element:
    binding = row.get("binding")
    return Element(
        path=row["path"],
        name=row["path"].rpartition(".")[2].removesuffix("[x]"),
        minimum=row["min"],
        maximum=None if row["max"] == "*" else int(row["max"]),
        types=tuple(_element_type(one) for one in row["types"]),
        content=row.get("content", ""),
        binding=Binding(binding["strength"], binding["valueSet"]) if binding else None,
        invariants=tuple(row.get("invariants", ())),
        summary=row.get("summary", False),
        modifier=row.get("modifier", False),
        attribute=row.get("attribute", False),
    )


def _element_type(one: Json) -> ElementType:
    return ElementType(one["code"], tuple(one.get("targets", ())), one.get("system", ""), one.get("regex", ""))


def _parameters(
    rows: Iterable[tuple[str, Json]], types: Json, names: tuple[str, ...]
) -> Mapping[str, Mapping[str, SearchParameter]]:
    by_type: dict[str, dict[str, SearchParameter]] = {name: {} for name in names}
    for url, row in rows:
        one = _parameter(url, row)
        for name in names:
            if {name, types[name]["base"], "Resource"}.intersection(one.base):
                by_type[name][one.code] = one
    return by_type


def _parameter(url: str, row: Json) -> SearchParameter:
    return SearchParameter(
        url=url,
        code=row["code"],
        type=row["type"],
        base=tuple(row["base"]),
        expression=row.get("expression", ""),
        targets=tuple(row.get("target", ())),
        components=tuple((definition, expression) for definition, expression in row.get("components", ())),
    )


def published() -> tuple[Resource, ...]:
    """Our own definitions, in the order of their files: extensions, code systems, search parameters, the
    measure of reports.
    """
    folder = resources.files("profiles").joinpath("almoner")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".json")), key=lambda one: one.name)
    return tuple(msgspec.json.decode(one.read_bytes()) for one in files)
