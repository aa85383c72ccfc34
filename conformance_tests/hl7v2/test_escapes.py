"""Chapter 2.7 of HL7 v2: escape sequences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hl7v2.delimiters import STANDARD, Delimiters
from server.hl7v2.escapes import escape, unescape


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plain", "plain"),
        ("\\F\\", "|"),
        ("\\S\\", "^"),
        ("\\T\\", "&"),
        ("\\R\\", "~"),
        ("\\E\\", "\\"),
        ("a\\.br\\b", "a\nb"),
        ("\\X41\\", "A"),
        ("\\XC3A9\\", "é"),
        ("\\XE9\\", "é"),
        ("\\X0D0a\\", "\r\n"),
        ("1\\T\\2\\T\\3", "1&2&3"),
        ("\\E\\F\\E\\", "\\F\\"),
    ],
)
def test_a_sequence_means_what_the_standard_says(written: str, meant: str) -> None:
    assert unescape(written, STANDARD) == meant


@pytest.mark.parametrize(
    "text", ["\\H\\bold\\N\\", "\\Zx\\", "\\X4\\", "\\XZZ\\", "\\", "a\\b", "\\F", "\\P\\", "\\\\"]
)
def test_an_unknown_or_unfinished_sequence_is_kept(text: str) -> None:
    assert unescape(text, STANDARD) == text


def test_an_unknown_sequence_does_not_swallow_the_next() -> None:
    assert unescape("\\H\\\\F\\x", STANDARD) == "\\H\\|x"


def test_without_an_escape_character_nothing_is_a_sequence() -> None:
    assert unescape("\\F\\", Delimiters(escape="", subcomponent="")) == "\\F\\"


@given(st.text())
def test_what_is_escaped_unescapes_to_itself(text: str) -> None:
    assert unescape(escape(text, STANDARD), STANDARD) == text


@given(st.text())
def test_an_escaped_text_holds_nothing_that_splits(text: str) -> None:
    assert not set("|^&~\r\n") & set(escape(text, STANDARD))


def test_text_that_needs_no_escape_needs_no_escape_character() -> None:
    assert escape("plain", Delimiters(escape="", subcomponent="")) == "plain"


def test_text_that_cannot_be_escaped_is_refused() -> None:
    with pytest.raises(ValueError, match="no escape character"):
        escape("a|b", Delimiters(escape="", subcomponent=""))
