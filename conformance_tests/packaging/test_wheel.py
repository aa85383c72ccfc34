"""A wheel in an environment of its own, used from an empty directory by somebody who has nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from conformance_tests.architecture.sources import ROOT
from conformance_tests.command.processes import free_port, serving
from conformance_tests.packaging import index

PATIENT = {"resourceType": "Patient", "birthDate": "1970-02-30"}


def _run(*command: str, cwd: Path, expect: int = 0) -> str:
    done = subprocess.run(command, cwd=cwd, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`almoner`, installed from a wheel of this source."""
    index.needed()
    place = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(ROOT), cwd=place)
    venv.create(place / "venv", with_pip=True)
    (wheel,) = place.glob("almoner-*.whl")
    python = str(place / "venv" / "bin" / "python")
    _run(python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", str(wheel), cwd=place)
    return place / "venv" / "bin" / "almoner"


@pytest.mark.slow
def test_it_validates(program: Path, tmp_path: Path) -> None:
    (tmp_path / "patient.json").write_text(json.dumps(PATIENT))
    assert "Patient.birthDate" in _run(str(program), "validate", "patient.json", cwd=tmp_path, expect=1)


@pytest.mark.slow
def test_it_serves_and_walks_the_tour(program: Path, tmp_path: Path) -> None:
    mllp = str(free_port())
    with serving("--demo", "--open", "--mllp-port", mllp, cwd=tmp_path, program=(str(program),)) as server:
        told = _run(str(program), "tour", "--url", server.url, "--mllp", f"127.0.0.1:{mllp}", cwd=tmp_path)
    assert "Reporting" in told
