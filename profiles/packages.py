"""Implementation guides as FHIR packages: what this server takes from them, which is their search parameters.

A parameter whose code R4 itself defines for a type stays R4's.
Source: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from server.fhir.definitions import Definitions, SearchParameter
from server.fhirpath.errors import FhirPathError
from server.fhirpath.expression import Compiler

LIMIT = 64 * 1024 * 1024
"""The largest file of a package that is read, in octets."""
FHIR_VERSION = "4.0"
MANIFEST = "package/package.json"

T = TypeVar("T")


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


class _Manifest(msgspec.Struct, frozen=True, rename={"versions": "fhirVersions", "listed": "fhir-version-list"}):
    """What is read of package.json; older packages list their versions under another name."""

    name: str
    version: str
    canonical: str = ""
    versions: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


class _Resource(msgspec.Struct, frozen=True, rename={"type": "resourceType"}):
    """What is read of any resource."""

    type: str
    url: str = ""


class _Component(msgspec.Struct, frozen=True):
    definition: str
    expression: str


class _Parameter(msgspec.Struct, frozen=True):
    """What is read of a SearchParameter."""

    url: str
    code: str
    type: str
    base: tuple[str, ...]
    expression: str = ""
    target: tuple[str, ...] = ()
    component: tuple[_Component, ...] = ()


def read(path: Path) -> Package:
    """The package in a .tgz file; raises Unusable."""
    files = _unpacked(path)
    manifest = _decoded(path, MANIFEST, files.get(MANIFEST, b""), _Manifest)
    _check_release(path, (*manifest.versions, *manifest.listed))
    resources = {name: _decoded(path, name, text, _Resource) for name, text in files.items() if name != MANIFEST}
    return Package(
        manifest.name,
        manifest.version,
        f"{_guide(path, manifest, resources.values())}|{manifest.version}",
        tuple(_parameter(path, name, files[name]) for name, one in resources.items() if one.type == "SearchParameter"),
        sha256(b"".join(files[name] for name in sorted(files))).hexdigest(),
    )


def extended(definitions: Definitions, packages: Sequence[Package]) -> Definitions:
    """The definitions with the search parameters of some packages; another set of packages has another version.

    A composite of parameters that nobody defines is left out. Raises Unusable for an expression that is no FHIRPath.
    """
    if not packages:
        return definitions
    parameters = {name: dict(known) for name, known in definitions.parameters.items()}
    compiler = Compiler(definitions)
    for one in (parameter for package in packages for parameter in package.parameters):
        for name in _types(definitions, one):
            _check(compiler, one, name)
            parameters[name].setdefault(one.code, one)
    whole = {name: _whole(known) for name, known in parameters.items()}
    digests = "".join(sorted(package.digest for package in packages))
    version = sha256((definitions.version + digests).encode()).hexdigest()[:16]
    return replace(definitions, version=version, parameters=whole)


def _whole(known: Mapping[str, SearchParameter]) -> Mapping[str, SearchParameter]:
    """The parameters of a type without the composites whose parts are not among them."""
    urls = {one.url for one in known.values()}
    return {code: one for code, one in known.items() if urls.issuperset(url for url, _ in one.components)}


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


def _unpacked(path: Path) -> dict[str, bytes]:
    try:
        return dict(_files(path))
    except (OSError, tarfile.TarError, zlib.error, EOFError) as error:
        raise Unusable(f"{path} is no FHIR package: {type(error).__name__}") from error


def _decoded(path: Path, name: str, text: bytes, type: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{path} is no FHIR package: {name}: {error}") from error


def _check_release(path: Path, versions: Sequence[str]) -> None:
    if not any(version.startswith(FHIR_VERSION) for version in versions):
        raise Unusable(f"{path} is for FHIR {', '.join(versions) or 'of no stated version'}, not for R4")


def _guide(path: Path, manifest: _Manifest, resources: Iterable[_Resource]) -> str:
    """The canonical of the guide, by its own resource or by the manifest."""
    found = [one.url for one in resources if one.type == "ImplementationGuide"]
    canonical = next((url for url in (*found, manifest.canonical) if url), "")
    if not canonical:
        raise Unusable(f"{path} is no FHIR package: nothing says which guide it holds")
    return canonical


def _parameter(path: Path, name: str, text: bytes) -> SearchParameter:
    one = _decoded(path, name, text, _Parameter)
    parts = tuple((part.definition, part.expression) for part in one.component)
    return SearchParameter(one.url, one.code, one.type, one.base, one.expression, one.target, parts)


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """The manifest, and the resources that are read."""
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            wanted = member.name == MANIFEST or name.startswith(("SearchParameter-", "ImplementationGuide-"))
            content = archive.extractfile(member) if wanted and member.isfile() and member.size <= LIMIT else None
            if content is not None and member.name.startswith("package/") and member.name.count("/") == 1:
                yield member.name, content.read()
