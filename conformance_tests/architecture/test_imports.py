"""Floors: a module imports downward only. The contracts stand in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

from conformance_tests.architecture import sources


def test_the_import_contracts_are_kept() -> None:
    linter = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    found = subprocess.run(linter, cwd=sources.ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
