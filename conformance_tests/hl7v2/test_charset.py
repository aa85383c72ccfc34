"""MSH-18 and table 0211: the character set of a message."""

from __future__ import annotations

import pytest

from server.hl7v2 import charset, er7
from server.hl7v2.faults import Place, Unreadable


def declared(name: str, tail: bytes = b"\rPID|1\r") -> bytes:
    return b"MSH|^~\\&" + b"|" * 16 + name.encode("ascii") + tail


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("ASCII", "ascii"),
        ("8859/1", "latin-1"),
        ("8859/15", "iso8859-15"),
        ("8859/5", "iso8859-5"),
        ("UNICODE UTF-8", "utf-8"),
        ("unicode utf-8", "utf-8"),
        ("GB 18030-2000", "gb18030"),
        ("BIG-5", "big5"),
    ],
)
def test_a_declared_character_set_is_used(name: str, codec: str) -> None:
    letters = {"ascii": "Muller", "iso8859-5": "Иванов", "gb18030": "王", "big5": "王"}.get(codec, "Müller")
    message = er7.read(declared(name, b"\rPID|1||||" + letters.encode(codec)))
    assert message.segment("PID").text(5) == letters


def test_a_repeating_declaration_counts_by_its_first() -> None:
    assert charset.decode(declared("8859/1~UNICODE UTF-8", b"\r\xe9")).endswith("é")


@pytest.mark.parametrize(("data", "text"), [("é".encode(), "é"), (b"\xe9", "é")])
def test_an_undeclared_message_is_utf_8_or_else_latin_1(data: bytes, text: str) -> None:
    assert charset.decode(b"MSH|^~\\&|" + data) == "MSH|^~\\&|" + text


def test_a_byte_order_mark_and_line_feeds_do_not_hide_the_declaration() -> None:
    assert charset.decode(b"\xef\xbb\xbf" + declared("UNICODE UTF-8", b"\nPID|\xc3\xa9")).endswith("é")


@pytest.mark.parametrize(("name", "tail"), [("ASCII", b"\rPID|\xe9"), ("UNICODE UTF-8", b"\rPID|\xe9")])
def test_bytes_that_are_not_in_the_declared_set_are_refused(name: str, tail: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        charset.decode(declared(name, tail))
    assert refusal.value.place == Place("MSH", 1, 18)


def test_an_unknown_character_set_is_refused() -> None:
    with pytest.raises(Unreadable, match="not taken"):
        charset.decode(declared("ISO IR87"))


@pytest.mark.parametrize(("name", "data"), [("8859/1", b"\xe9"), ("", "é".encode()), ("KLINGON", "é".encode())])
def test_a_text_is_written_in_its_set_or_else_in_utf_8(name: str, data: bytes) -> None:
    assert charset.encode("é", name) == data


def test_letters_that_the_set_lacks_are_written_as_question_marks() -> None:
    assert charset.encode("é", "ASCII") == b"?"
