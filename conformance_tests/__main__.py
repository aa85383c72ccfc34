"""`python -m conformance_tests`: the whole suite on all cores; `--quick` leaves out what is slow."""

from __future__ import annotations

import os
import sys

import pytest


def main(arguments: list[str]) -> int:
    """Run, and give the exit code."""
    options = ["-n", str(os.cpu_count() or 1), "--dist", "loadfile"]
    if "--quick" in arguments:
        options += ["-m", "not slow"]
    if "--strict" in arguments:
        options.append("--strict-needs")
    return int(pytest.main([*options, *(one for one in arguments if one not in ("--quick", "--strict"))]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
