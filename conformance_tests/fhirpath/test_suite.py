"""The public suite of R4, every case of it: https://github.com/FHIR/fhir-test-cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance_tests.fhirpath.exact_yaml import read
from profiles import load
from server.fhirpath.environment import Environment
from server.fhirpath.errors import FhirPathError
from server.fhirpath.expression import Compiler
from server.fhirpath.node import Node
from server.fhirpath.values import system

HERE = Path(__file__).parent
SUITE = HERE.parents[2] / "shared" / "cases" / "fhirpath-r4.json"
INPUTS = read(HERE / "suite_inputs.yaml")
MISSES = read(HERE / "suite_misses.yaml")
COMPILER = Compiler(load.definitions())
NOW = Environment(now=datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
CASES: list[dict[str, Any]] = json.loads(SUITE.read_text()) if SUITE.exists() else []

needs_shared = pytest.mark.skipif(not CASES, reason="needs ../shared")


@needs_shared
@pytest.mark.parametrize("case", CASES, ids=[one["id"] for one in CASES])
def test_a_case_gives_what_it_says_unless_it_is_listed(case: dict[str, Any]) -> None:
    assert _passes(case) is (case["id"] not in MISSES)


@needs_shared
def test_what_is_listed_is_a_hundredth_of_the_suite_at_most() -> None:
    assert set(MISSES) <= {one["id"] for one in CASES}
    assert len(MISSES) * 100 <= len(CASES)


def _passes(case: dict[str, Any]) -> bool:
    resource = INPUTS[case["inputfile"] or "patient-example.xml"]
    try:
        compiled = COMPILER.compile(case["expression"], resource["resourceType"], strict=case["mode"] == "strict")
        found = compiled.nodes(resource, NOW)
    except FhirPathError:
        return case["invalid"] is not None
    if case["invalid"] is not None:
        return False
    if case["predicate"] == "true":
        return bool(found) is (case["outputs"][0]["value"] == "true")
    return list(_told(found, case["outputs"])) == [(one["type"], one["value"]) for one in case["outputs"]]


def _told(nodes: list[Node], outputs: list[dict[str, Any]]) -> Iterator[tuple[str | None, str]]:
    """Nodes as the suite writes them; a type where it states one."""
    for place, node in enumerate(nodes):
        stated = outputs[place]["type"] if place < len(outputs) else None
        name = node[1].removeprefix("System.")
        type_ = name[:1].lower() + name[1:] if stated else None
        yield type_, _written(system(node))


def _written(node: Node) -> str:
    value, type_, _ = node
    if isinstance(value, bool):
        return "true" if value else "false"
    sign = {"System.Date": "@", "System.DateTime": "@", "System.Time": "@T"}.get(type_, "")
    return sign + (format(value, "f") if isinstance(value, Decimal) else str(value))
