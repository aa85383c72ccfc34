"""The load journal: what records that a part of a file is stored."""

from __future__ import annotations

import re

from server.commands import load_journal
from server.commands.load_units import Unit
from server.interactions import entry

KEY = "0123456789abcdef0123456789abcdef01234567"
ENTRY = {"resource": {"resourceType": "Basic"}, "request": {"method": "POST", "url": "Basic"}}


def unit(key: str = KEY, first: int = 400, count: int = 200) -> Unit:
    return Unit("a.ndjson", key, first, count, ((first, ENTRY),), False, 0)


def test_the_id_is_made_of_the_digest_and_the_numbers() -> None:
    assert load_journal.name(unit()) == f"load-{KEY}-400-200"


def test_a_bundle_on_a_line_has_ids_of_its_own() -> None:
    assert load_journal.name(unit(f"{KEY}-17.", 0, 5)) == f"load-{KEY}-17.0-5"


def test_the_ids_of_long_files_are_ids_of_fhir() -> None:
    for name in (load_journal.name(unit(first=99_999_999)), load_journal.name(unit(f"{KEY}-9999999.", 99_800, 200))):
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", name)


def test_the_record_is_created_last_in_the_same_transaction_and_only_if_it_is_absent() -> None:
    bundle = load_journal.bundle(unit())
    assert bundle["type"] == "transaction"
    assert bundle["entry"][0] == ENTRY
    assert bundle["entry"][1]["request"] == {
        "method": "PUT",
        "url": f"Basic/load-{KEY}-400-200",
        "ifNoneMatch": "*",
    }


def test_a_record_tells_its_state() -> None:
    assert load_journal.state(load_journal.bundle(unit())["entry"][-1]["resource"]) == load_journal.LOADED
    assert load_journal.state(load_journal.division(unit())["entry"][-1]["resource"]) == load_journal.DIVIDED


def test_a_bundle_of_ten_thousand_entries_fits_with_its_record() -> None:
    whole = Unit("a.json", KEY, 0, 10_000, tuple((number, ENTRY) for number in range(10_000)), True, 0)
    assert len(load_journal.bundle(whole)["entry"]) <= entry.LIMIT
