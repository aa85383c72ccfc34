"""Implementation guides as packages: their search parameters are searched, and only those that R4 lacks."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from profiles import load, packages
from server.fhir.definitions import Definitions
from server.search.indexer import Indexer

SHARED = Path(__file__).parents[3] / "shared" / "ig"
MANIFEST = {"name": "example.guide", "version": "1.0.0", "canonical": "http://g.example", "fhirVersions": ["4.0.1"]}
GUIDE = {"resourceType": "ImplementationGuide", "url": "http://g.example/ImplementationGuide/g"}
PARAMETER = {
    "resourceType": "SearchParameter",
    "url": "http://g.example/SearchParameter/Patient-colour",
    "code": "colour",
    "type": "token",
    "base": ["Patient"],
    "expression": "Patient.extension('http://g.example/colour').value.ofType(code)",
}


def _package(folder: Path, manifest: Any = MANIFEST, *resources: Any) -> Path:
    files = {"package.json": manifest}
    files |= {f"{one['resourceType']}-{number}.json": one for number, one in enumerate(resources)}
    return _packed(folder, {name: json.dumps(content).encode() for name, content in files.items()})


def _packed(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "guide.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return path


def test_a_package_says_what_it_is(tmp_path: Path) -> None:
    found = packages.read(_package(tmp_path, MANIFEST, GUIDE, PARAMETER))
    assert (found.name, found.version, found.guide) == (
        "example.guide",
        "1.0.0",
        "http://g.example/ImplementationGuide/g|1.0.0",
    )
    assert [one.code for one in found.parameters] == ["colour"]


def test_a_parameter_of_a_package_is_indexed(tmp_path: Path) -> None:
    definitions = packages.extended(load.definitions(), [packages.read(_package(tmp_path, MANIFEST, PARAMETER))])
    patient = {
        "resourceType": "Patient",
        "id": "a",
        "extension": [{"url": "http://g.example/colour", "valueCode": "green"}],
    }
    assert "Patient.colour=green" in Indexer(definitions).entries(patient).terms
    assert definitions.version != load.definitions().version


def test_a_parameter_that_r4_has_stays_as_it_is(tmp_path: Path) -> None:
    own = {**PARAMETER, "code": "gender"}
    definitions = packages.extended(load.definitions(), [packages.read(_package(tmp_path, MANIFEST, own))])
    assert definitions.parameters["Patient"]["gender"] == load.definitions().parameters["Patient"]["gender"]


def test_without_packages_the_definitions_are_the_same() -> None:
    assert packages.extended(load.definitions(), []) is load.definitions()


@pytest.mark.parametrize("known", [True, False])
def test_a_composite_is_there_where_its_parts_are(tmp_path: Path, known: bool) -> None:
    parts = [
        "http://hl7.org/fhir/SearchParameter/individual-gender",
        "http://g.example/" if not known else PARAMETER["url"],
    ]
    component = [{"definition": url, "expression": "gender"} for url in parts]
    both = {**PARAMETER, "url": "http://g.example/both", "code": "both", "type": "composite", "component": component}
    definitions = packages.extended(load.definitions(), [packages.read(_package(tmp_path, MANIFEST, both, PARAMETER))])
    assert ("both" in definitions.parameters["Patient"]) is known
    assert Indexer(definitions).entries({"resourceType": "Patient", "id": "a", "gender": "female"}).terms


def test_an_expression_that_is_none_is_refused(tmp_path: Path) -> None:
    bad = packages.read(_package(tmp_path, MANIFEST, {**PARAMETER, "expression": "Patient.where("}))
    with pytest.raises(packages.Unusable, match="Patient-colour"):
        packages.extended(load.definitions(), [bad])


@pytest.mark.parametrize("versions", [["5.0.0"], [], ["3.0.2"]])
def test_a_package_of_another_release_is_refused(tmp_path: Path, versions: list[str]) -> None:
    with pytest.raises(packages.Unusable, match="not for R4"):
        packages.read(_package(tmp_path, {**MANIFEST, "fhirVersions": versions}))


UNREADABLE = {
    "a manifest that is a list": ([], ()),
    "a manifest without a name": ({"version": "1.0.0", "fhirVersions": ["4.0.1"]}, ()),
    "versions that are no texts": ({**MANIFEST, "fhirVersions": [4]}, ()),
    "a parameter without a base": (MANIFEST, ({**PARAMETER, "base": None},)),
    "a parameter without a code": (MANIFEST, ({name: PARAMETER[name] for name in PARAMETER if name != "code"},)),
    "a parameter without a url": (MANIFEST, ({name: PARAMETER[name] for name in PARAMETER if name != "url"},)),
    "a base that is a text": (MANIFEST, ({**PARAMETER, "base": "Patient"},)),
    "a component without an expression": (MANIFEST, ({**PARAMETER, "component": [{"definition": "x"}]},)),
}


@pytest.mark.parametrize(("manifest", "resources"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_package_that_lacks_what_is_read_of_it_is_refused_in_one_line(
    tmp_path: Path, manifest: Any, resources: tuple[Any, ...]
) -> None:
    with pytest.raises(packages.Unusable, match=r"\A[^\n]*guide\.tgz is no FHIR package: package/[^\n]+\Z"):
        packages.read(_package(tmp_path, manifest, *resources))


@pytest.mark.parametrize("text", [b"", b"nonsense", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"resourceType":"\xe9"}'])
@pytest.mark.parametrize("name", ["package.json", "SearchParameter-a.json", "ImplementationGuide-a.json"])
def test_a_file_of_a_package_that_is_no_resource_is_named(tmp_path: Path, name: str, text: bytes) -> None:
    path = _packed(tmp_path, {"package.json": json.dumps(MANIFEST).encode(), name: text})
    with pytest.raises(packages.Unusable, match=name):
        packages.read(path)


def test_a_package_of_no_named_guide_is_refused(tmp_path: Path) -> None:
    manifest = {name: MANIFEST[name] for name in MANIFEST if name != "canonical"}
    with pytest.raises(packages.Unusable, match="nothing says which guide"):
        packages.read(_package(tmp_path, manifest, PARAMETER))


def test_a_package_whose_content_is_damaged_is_refused(tmp_path: Path) -> None:
    path = _package(tmp_path, MANIFEST, PARAMETER)
    text = bytearray(path.read_bytes())
    text[60:80] = b"\xff" * 20
    path.write_bytes(text)
    with pytest.raises(packages.Unusable, match="no FHIR package"):
        packages.read(path)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x1f\x8b\x08\x00"])
def test_a_file_that_is_no_package_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tgz"
    path.write_bytes(content)
    with pytest.raises(packages.Unusable, match="no FHIR package"):
        packages.read(path)


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_published_packages_add_their_search_parameters() -> None:
    found = [packages.read(path) for path in sorted(SHARED.glob("*.tgz"))]
    definitions = packages.extended(load.definitions(), found)
    assert {"race", "ethnicity"} <= definitions.parameters["Patient"].keys()
    assert {"service-date", "type"} <= definitions.parameters["ExplanationOfBenefit"].keys()
    others = {one.name for one in fields(Definitions)} - {"version", "parameters"}
    assert all(getattr(definitions, name) is getattr(load.definitions(), name) for name in others)
