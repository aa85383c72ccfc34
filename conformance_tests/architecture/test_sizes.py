"""Sizes: a file holds one idea, a function does one thing."""

from __future__ import annotations

from pathlib import Path
from statistics import median, quantiles

from conformance_tests.architecture import sources

FILE_CAP, FUNCTION_CAP, TEST_FILE_CAP = 400, 50, 500


def test_no_file_passes_its_cap() -> None:
    long = {sources.name(path): _length(path) for path in sources.files() if _length(path) > FILE_CAP}
    assert long == {}


def test_no_test_file_passes_its_cap() -> None:
    paths = sources.files("conformance_tests", "benchmarks", "tools")
    assert {sources.name(path): _length(path) for path in paths if _length(path) > TEST_FILE_CAP} == {}


def test_no_function_passes_its_cap() -> None:
    long = [
        f"{sources.name(path)}:{one.name} {sources.lines(one)}"
        for path in sources.files()
        for one in sources.functions(path)
        if sources.lines(one) > FUNCTION_CAP
    ]
    assert long == []


def test_files_are_about_a_hundred_lines() -> None:
    lengths = [_length(path) for path in sources.files() if path.name != "__init__.py"]
    assert median(lengths) <= 100
    assert quantiles(lengths, n=10)[8] <= 220


def test_functions_are_about_eight_lines() -> None:
    lengths = [sources.lines(one) for path in sources.files() for one in sources.functions(path)]
    assert median(lengths) <= 8
    assert quantiles(lengths, n=10)[8] <= 25


def _length(path: Path) -> int:
    return len(path.read_text().splitlines())
