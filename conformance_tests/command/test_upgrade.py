"""A store of the previous version is opened, reindexed while it is served, and gone on with; a newer one is not."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

import examples
from conformance_tests.command.processes import Served, almoner, serving
from conformance_tests.storage import earlier
from server.search import indexer


def _meta(file: Path, name: str) -> Any:
    connection = sqlite3.connect(file)
    (value,) = connection.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
    connection.close()
    return value


def _json(url: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": "application/fhir+json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read(), parse_float=Decimal)


def _reindexed(served: Served) -> None:
    until = time.monotonic() + 60
    while _json(f"http://127.0.0.1:{served.port}/readyz") != {"status": "ready", "reindexing": False}:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_store_of_the_previous_version_is_reindexed_and_gone_on_with(tmp_path: Path) -> None:
    file = earlier.store(tmp_path / "store")
    assert _meta(file, "recipe") == 1
    with serving("--open", "--data", "store", cwd=tmp_path) as served:
        assert _json(f"{served.url}/Patient/far")["meta"]["versionId"] == "1"
        _reindexed(served)
        assert "entry" not in _json(f"{served.url}/Patient?birthdate=gt9999")
        assert len(_json(f"{served.url}/Patient?birthdate=9999&name=far")["entry"]) == 1
        history = _json(f"{served.url}/Patient/gone/_history")["entry"]
        assert [one["request"]["method"] for one in history] == ["DELETE", "PUT", "PUT"]
        claim = (Path(examples.__file__).parent / "claims" / "mirabel-visit.json").read_bytes()
        assert _deductible_used(served, _json(f"{served.url}/Claim/$submit", claim)) == Decimal("20.48")
    assert _meta(file, "recipe") == indexer.RECIPE


def _deductible_used(served: Served, response: Any) -> Decimal:
    """What the member's deductible has consumed after a claim, the earlier one in the old store included."""
    found = _json(f"{served.url}/ExplanationOfBenefit?claim={response['request']['reference']}")
    balances = found["entry"][0]["resource"]["benefitBalance"]
    (own,) = [one for one in balances if one["unit"]["coding"][0]["code"] == "individual"]
    (deductible,) = [one for one in own["financial"] if one["type"]["coding"][0]["code"] == "deductible"]
    used: Decimal = deductible["usedMoney"]["value"]
    return used


def test_a_store_of_a_newer_version_is_refused_in_one_line(tmp_path: Path) -> None:
    file = earlier.store(tmp_path / "store")
    connection = sqlite3.connect(file)
    connection.execute("UPDATE meta SET value=? WHERE name='recipe'", (indexer.RECIPE + 1,))
    connection.commit()
    connection.close()
    ended = almoner("serve", "--open", "--port", "0", "--data", "store", cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert "newer" in ended.stderr
