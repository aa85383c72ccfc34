"""The package index that pip uses, for tests that fetch something from it."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_PROBE = "click>=8.1.7"


def needed() -> None:
    """Skip the test where no package index answers."""
    if not _answers():
        pytest.skip("needs a package index")


def fetched(requirement: str, directory: Path) -> Path:
    """The wheel of a requirement, without what it depends on."""
    assert _download(requirement, directory)
    (wheel,) = directory.glob("*.whl")
    return wheel


@cache
def _answers() -> bool:
    with TemporaryDirectory() as directory:
        return _download(_PROBE, Path(directory))


def _download(requirement: str, directory: Path) -> bool:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [*pip, "--only-binary", ":all:", "--dest", str(directory), requirement]
    return subprocess.run(command, capture_output=True, check=False, timeout=120).returncode == 0
