"""No licensed wording is shipped: CPT, SNOMED CT and LOINC displays, X12's guides and code lists.

The sentences themselves may not stand here either: what gives such a text away is kept as digests of five words.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from conformance_tests.architecture.sources import ROOT

LICENSED = (
    "http://www.ama-assn.org/go/cpt",
    "http://snomed.info/sct",
    "http://loinc.org",
    "https://x12.org/codes/",
    "https://codesystem.x12.org/",
    "http://www.ada.org/cdt",
)
"""How the systems begin whose displays are somebody's."""
WORDS = 5
DIGESTS = {
    "4d7b76d5556e5872",
    "0c96d30842ee445a",
    "11d9722660cec768",
    "18931dff060a145c",
    "2798f290787011ae",
    "42b510323b3ef5c2",
    "45480b1de4e05b3a",
    "4603dd9127351996",
    "48881fee35237c8d",
    "49cabe232f1573cd",
    "531693bf98a9d14d",
    "55b01e3e90b15ec8",
    "56615ddb5ad5014b",
    "5e0cd74ada7eaf35",
    "732f8c4eb38abb6f",
    "85512afc011dcd86",
    "8a15ae55a46684d0",
    "8a5910d893403f7b",
    "8aadb57def70cdd4",
    "8be30ae739783011",
    "8f235c58519c4663",
    "93721f32564972a1",
    "9662fa11f9a3af09",
    "9879cad54f0b3fed",
    "9ea86f313b149307",
    "aab23d77acc098a5",
    "aff973e7b8248b19",
    "b651b09436a8c6b4",
    "bf703be5cefc3464",
    "c572ef52e7ebc93c",
    "c7e10078523601df",
    "cb50383537528fbd",
    "cea69fdb808ac0ed",
    "d4fc5f16147fe7c4",
    "db913431944e4054",
    "df50edfc59265284",
    "e0647863a6f757e7",
    "f720d9065d1d38ff",
}
"""Of five words in a row, each from the beginning of a much used entry of CPT, CARC, RARC or an X12 guide."""
TEXTS = {".py", ".json", ".md", ".yaml", ".yml", ".toml", ".hl7", ".txt", ".csv", ".ndjson", ".sql"}


def _files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT).parts
        if path.suffix in TEXTS and not inside[0].startswith(".") and inside[0] not in ("data", "dist", "build"):
            yield path


FILES = list(_files())


def _shingles(text: str) -> Iterator[str]:
    words = re.findall(r"[a-z]+", text.lower())
    return (" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))


def _digest(words: str) -> str:
    return blake2b(words.encode(), digest_size=8).hexdigest()


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Every (system, display) of a JSON value."""
    if isinstance(value, dict):
        system, display = value.get("system"), value.get("display")
        if isinstance(system, str) and isinstance(display, str):
            yield system, display
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _named(one)


def _literals(path: Path) -> Iterator[Any]:
    """The JSON of a file, or the dictionaries that stand in a program."""
    if path.suffix == ".json":
        yield json.loads(path.read_text())
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                yield {
                    key.value: value.value if isinstance(value, ast.Constant) else None
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant)
                }


def test_the_digests_find_what_they_are_of() -> None:
    found = {_digest(words) for words in _shingles("This is: A planted sentence; that TRIPS the scan")}
    assert found & DIGESTS


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_licensed_wording_is_in(path: Path) -> None:
    if path == Path(__file__):
        return
    found = [words for words in _shingles(path.read_text()) if _digest(words) in DIGESTS]
    assert found == []


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix in (".json", ".py")], ids=lambda path: path.name
)
def test_no_display_of_a_licensed_system_is_in(path: Path) -> None:
    displays = [one for literal in _literals(path) for one in _named(literal) if one[0].startswith(LICENSED)]
    assert displays == []
