"""Cursors and values: http://hl7.org/fhir/R4/http.html#paging."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.fhir.errors import Invalid
from server.search.paging import LIFETIME, Cursors
from server.search.values import escape, split, unescape

NOW = datetime(2026, 11, 24, tzinfo=UTC)
CURSORS = Cursors(b"s" * 32, ("Patient?gender=male",))


@given(st.integers(0, 2**62))
def test_a_cursor_says_where_the_page_ended(below: int) -> None:
    assert CURSORS.below(CURSORS.text(below, NOW), NOW) == below


@given(st.integers(0, 2**62), st.integers(0, 200), st.integers(1, 255))
def test_a_cursor_that_was_altered_is_refused(below: int, place: int, change: int) -> None:
    text = CURSORS.text(below, NOW)
    place %= len(text)
    altered = text[:place] + chr((ord(text[place]) + change) % 128) + text[place + 1 :]
    if altered == text:
        return
    try:
        found = CURSORS.below(altered, NOW)
    except Invalid:
        return
    assert found == below  # base64 ignores some bits of its last character, and characters outside its alphabet


@pytest.mark.parametrize(
    "other", [Cursors(b"t" * 32, CURSORS.scope), Cursors(CURSORS.secret, ("Patient?gender=female",))]
)
def test_a_cursor_of_another_server_or_query_is_refused(other: Cursors) -> None:
    with pytest.raises(Invalid, match="not one of this query"):
        other.below(CURSORS.text(7, NOW), NOW)


def test_a_cursor_expires() -> None:
    text = CURSORS.text(7, NOW)
    assert CURSORS.below(text, NOW + LIFETIME - timedelta(seconds=1)) == 7
    with pytest.raises(Invalid, match="expired"):
        CURSORS.below(text, NOW + LIFETIME + timedelta(seconds=2))


@given(st.lists(st.text(max_size=6), min_size=1, max_size=4), st.sampled_from(",|$"))
def test_escaped_parts_come_back_as_they_were(parts: list[str], mark: str) -> None:
    assert [unescape(part) for part in split(mark.join(map(escape, parts)), mark)] == parts
