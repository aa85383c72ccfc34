"""Expressions and what they give: http://hl7.org/fhirpath/N1/."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conformance_tests.fhirpath.exact_yaml import read
from profiles import load
from server.fhir import codec
from server.fhirpath.environment import Environment
from server.fhirpath.errors import FhirPathError
from server.fhirpath.expression import Compiler, evaluate
from server.fhirpath.moments import Moment, Time
from server.fhirpath.quantity import Quantity

HERE = Path(__file__).parent
PATIENT = codec.decode_resource((HERE / "people.json").read_bytes())
NOW = Environment(now=datetime(2026, 11, 24, 9, 30, 0, 250_000, UTC))


def _cases() -> Iterator[Any]:
    sections = read(HERE / "cases.yaml")
    for section, cases in sections.items():
        for case in cases:
            if not {"of", "gives"} == set(case) and not {"of", "fails"} == set(case):
                raise ValueError(f"this is no case: {case}")
            yield pytest.param(case, id=f"{section}: {case['of']}")


CASES = tuple(_cases())


@pytest.mark.parametrize("case", CASES)
def test_an_expression_gives(case: dict[str, Any]) -> None:
    if "fails" in case:
        with pytest.raises(FhirPathError):
            evaluate(case["of"], PATIENT, load.definitions(), NOW)
        return
    found = evaluate(case["of"], PATIENT, load.definitions(), NOW)
    assert [_shown(one) for one in found] == case["gives"]
    assert [type(_shown(one)) for one in found] == [type(one) for one in map(_number, case["gives"], found)]


@pytest.mark.parametrize("case", CASES)
def test_an_expression_that_knows_no_type_beforehand_gives_the_same(case: dict[str, Any]) -> None:
    compiler = Compiler(load.definitions())
    if "fails" in case:
        with pytest.raises(FhirPathError):
            compiler.compile(case["of"]).values(PATIENT, NOW)
        return
    assert [_shown(one) for one in compiler.compile(case["of"]).values(PATIENT, NOW)] == case["gives"]


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Moment | Time | Quantity) else value


def _number(expected: Any, found: Any) -> Any:
    """YAML has no exact decimals that are whole: 2 may stand for 2.0."""
    return Decimal(expected) if isinstance(found, Decimal) else expected
