"""A whole archive that nobody here wrote: loaded with none lost, and a second time with nothing changed."""

from __future__ import annotations

import json
import tarfile
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from conformance_tests.command.processes import Served, almoner, serving

ARCHIVE = Path(__file__).parents[3] / "shared" / "synthea" / "synthea2021-r4-dev-small.tar.xz"
ENTRIES = 29_708

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not ARCHIVE.exists(), reason="needs ../shared")]


def _entries() -> Counter[str]:
    """How many entries of each type the archive has."""
    found: Counter[str] = Counter()
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None and member.name.endswith(".json"):
                found.update(one["resource"]["resourceType"] for one in json.load(file)["entry"])
    return found


def _total(served: Served, type_: str) -> int:
    with urllib.request.urlopen(f"{served.url}/{type_}?_count=0", timeout=60) as answer:
        return int(json.load(answer)["total"])


def test_an_archive_of_histories_is_loaded_whole_and_once(tmp_path: Path) -> None:
    expected = _entries()
    assert expected.total() == ENTRIES
    with serving("--open", "--data", "store", cwd=tmp_path) as served:
        first = almoner("load", "--url", served.url, str(ARCHIVE), cwd=tmp_path)
        assert first.returncode == 0, first.stderr
        assert f"{ENTRIES:,} resources loaded in " in first.stderr
        assert {type_: _total(served, type_) for type_ in expected} == expected
        second = almoner("load", "--url", served.url, str(ARCHIVE), cwd=tmp_path)
        assert second.returncode == 0
        assert "0 resources loaded in " in second.stderr
        assert f"{ENTRIES:,} skipped as loaded before, 0 failed" in second.stderr
        assert {type_: _total(served, type_) for type_ in expected} == expected
