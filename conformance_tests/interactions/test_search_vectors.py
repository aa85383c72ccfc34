"""Searches that the makers of another server test theirs with, and what R4 has of each."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from conformance_tests.interactions.serving import Service
from server.fhir.resource import Json

CASES = Path(__file__).parents[3] / "shared" / "cases"
TAG = "t1"
SUITES = ("date", "number", "quantity", "string", "token")

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not (CASES / "ms-search-fixtures.json").exists(), reason="needs ../shared"),
]

REFUSED = "two-part-quantity-not-in-R4-grammar"
"""A quantity is a number, number|system|code or number||code: `5|system` is answered with 400."""
MISPLACED: dict[str, list[int]] = {f"Patient?address-city=Lorem&_tag={TAG}": [3]}
"""The text that begins so is that of the fourth fixture; the case only says that something is found."""


def _read(name: str) -> Json:
    return json.loads((CASES / f"ms-search-{name}.json").read_text().replace("@TAG@", TAG))


@pytest.mark.parametrize("suite", SUITES)
async def test_every_search_of_the_suite_finds_what_r4_says(server: Service, suite: str) -> None:
    cases = _read(suite)
    (fixtures,) = {one["set"] for one in cases}
    stored = [(await server.create(one))["id"] for one in _read("fixtures")[fixtures]]
    found = {one["query"]: await _asked(server, one["query"], stored) for one in cases}
    assert found == {one["query"]: _expected(one) for one in cases}


def _expected(case: Json) -> Json:
    if case.get("flag") == REFUSED:
        return 400
    return MISPLACED.get(case["query"], case.get("spec_expect", case["expect"]))


async def _asked(server: Service, query: str, stored: list[str]) -> Json:
    """The places of what is found, or the status of a refusal."""
    type_, _, asked = query.partition("?")
    pairs = (pair.partition("=") for pair in asked.split("&"))
    url = f"{type_}?{'&'.join(f'{quote(name)}={quote(value)}' for name, _, value in pairs)}"
    answer = await server.get(url)
    return answer.status_code if answer.status_code != 200 else sorted(map(stored.index, await server.found(url)))
