"""Implementation guides as FHIR packages: what this server takes from them, which is their search parameters.

A parameter whose code R4 itself defines for a type stays R4's.
Source: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import msgspec

from server.fhir.definitions import Definitions, SearchParameter
from server.fhir.resource import Json
from server.fhirpath.errors import FhirPathError
from server.fhirpath.expression import Compiler

LIMIT = 64 * 1024 * 1024
"""The largest file of a package that is read, in octets."""
FHIR_VERSION = "4.0"


class Unusable(Exception):
    """A file that is no FHIR package of R4; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package: its name and version, the guide as a canonical, its search parameters, a digest of all of it."""

    name: str
    version: str
    guide: str
    parameters: tuple[SearchParameter, ...]
    digest: str


def read(path: Path) -> Package:
    """The package in a .tgz file; raises Unusable."""
    try:
        files = dict(_files(path))
        manifest = msgspec.json.decode(files["package/package.json"])
        versions = [*manifest.get("fhirVersions", ()), *manifest.get("fhir-version-list", ())]
    except (OSError, tarfile.TarError, KeyError, EOFError, msgspec.DecodeError) as error:
        raise Unusable(f"{path} is no FHIR package: {type(error).__name__}") from error
    if not any(str(version).startswith(FHIR_VERSION) for version in versions):
        raise Unusable(f"{path} is for FHIR {', '.join(map(str, versions)) or 'of no stated version'}, not for R4")
    resources = [msgspec.json.decode(text) for name, text in files.items() if name != "package/package.json"]
    guide = next((one["url"] for one in resources if one["resourceType"] == "ImplementationGuide"), "")
    return Package(
        manifest["name"],
        manifest["version"],
        f"{guide or manifest['canonical']}|{manifest['version']}",
        tuple(_parameter(one) for one in resources if one["resourceType"] == "SearchParameter"),
        sha256(b"".join(files[name] for name in sorted(files))).hexdigest(),
    )


def extended(definitions: Definitions, packages: Sequence[Package]) -> Definitions:
    """The definitions with the search parameters of some packages; another set of packages has another version.

    Raises Unusable for an expression that is no FHIRPath.
    """
    if not packages:
        return definitions
    parameters = {name: dict(known) for name, known in definitions.parameters.items()}
    compiler = Compiler(definitions)
    for one in (parameter for package in packages for parameter in package.parameters):
        for name in _types(definitions, one):
            _check(compiler, one, name)
            parameters[name].setdefault(one.code, one)
    digests = "".join(sorted(package.digest for package in packages))
    version = sha256((definitions.version + digests).encode()).hexdigest()[:16]
    return replace(definitions, version=version, parameters=parameters)


def _check(compiler: Compiler, parameter: SearchParameter, name: str) -> None:
    try:
        if parameter.expression:
            compiler.compile(parameter.expression, name)
    except FhirPathError as error:
        raise Unusable(f"{parameter.url} cannot be searched: {error}") from error


def _types(definitions: Definitions, parameter: SearchParameter) -> Iterator[str]:
    for name in definitions.resource_types:
        if {name, definitions.types[name].base, "Resource"}.intersection(parameter.base):
            yield name


def _parameter(one: Json) -> SearchParameter:
    parts = tuple((part["definition"], part["expression"]) for part in one.get("component", ()))
    return SearchParameter(
        one["url"],
        one["code"],
        one["type"],
        tuple(one["base"]),
        one.get("expression", ""),
        tuple(one.get("target", ())),
        parts,
    )


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """The manifest, and the resources that are read."""
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            wanted = member.name == "package/package.json" or name.startswith(
                ("SearchParameter-", "ImplementationGuide-")
            )
            content = archive.extractfile(member) if wanted and member.isfile() and member.size <= LIMIT else None
            if content is not None and member.name.startswith("package/") and member.name.count("/") == 1:
                yield member.name, content.read()
