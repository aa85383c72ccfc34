"""The container files, as their linters see them, and against what they start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conformance_tests.architecture.sources import ROOT
from server import config


def _run(program: str, *arguments: str) -> None:
    path = Path(sys.executable).with_name(program)
    if not path.exists():
        pytest.skip(f"needs {program}")
    done = subprocess.run([str(path), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dockerfile_is_without_reproach() -> None:
    _run("hadolint", "Dockerfile")


def test_the_compose_file_is_one() -> None:
    _run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_the_container_files_set_settings_that_there_are() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["almoner"]
    known = {one.variable for one in config.SETTINGS}
    assert set(service["environment"]) <= known
    words = (ROOT / "Dockerfile").read_text().replace("=", " ").split()
    assert {word for word in words if word.startswith(config.PREFIX)} <= known


def test_the_image_gets_every_package_and_little_else() -> None:
    shipped = {"server", "profiles", "operations", "capability", "examples"}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")}
    assert shipped <= kept
    assert shipped <= copied
