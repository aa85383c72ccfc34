"""Chapter 2 of HL7 v2: segments, fields, repetitions, components, subcomponents."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.hl7v2.messages import A04
from server.hl7v2 import er7
from server.hl7v2.delimiters import Delimiters
from server.hl7v2.faults import Place, Unreadable

HEADER = "MSH|^~\\&|REG|GHH|||20261124||ADT^A04^ADT_A01|M1|P|2.5.1\r"
PID = 'PID|1||A&B^C~D^E&F|""||x\\F\\y\r'


def parsed(segments: str = PID) -> er7.Segment:
    return er7.parse(HEADER + segments).segment("PID")


def test_a_message_that_is_parsed_and_written_is_the_same() -> None:
    assert str(er7.parse(A04)) == A04


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_segments_may_end_with_carriage_return_line_feed_or_both(ending: str) -> None:
    assert str(er7.parse(A04.replace("\r", ending))) == A04


def test_blank_lines_and_frame_characters_around_a_message_are_dropped() -> None:
    assert str(er7.parse("\ufeff\x0b\r\n" + A04.replace("\r", "\r\r") + "\x1c\r")) == A04


def test_trailing_spaces_of_the_last_field_are_kept() -> None:
    assert er7.parse(HEADER + "PID|x ").segment("PID").raw(1) == "x "


def test_type_trigger_control_id_and_version_come_from_the_header() -> None:
    message = er7.parse(HEADER)
    assert (message.type, message.trigger, message.control_id, message.version) == ("ADT", "A04", "M1", "2.5.1")


def test_msh_1_is_the_field_separator_and_msh_2_the_encoding_characters() -> None:
    header = er7.parse(HEADER).header
    assert (header.raw(1), header.raw(2), header.raw(3), header.raw(99)) == ("|", "^~\\&", "REG", "")


def test_a_field_has_repetitions_of_components_of_subcomponents() -> None:
    field = parsed().field(3)
    leaves = [[list(part.subcomponents) for part in one.components] for one in field.repetitions]
    assert leaves == [[["A", "B"], ["C"]], [["D"], ["E", "F"]]]


def test_positions_beyond_what_is_there_read_as_empty() -> None:
    segment = parsed()
    read = (segment.text(99), segment.text(3, 9), segment.text(3, 1, 9), segment.field(3).text(2, 5))
    assert read == ("", "", "", "")


def test_components_read_alone_are_the_same_as_in_their_list() -> None:
    value = parsed().field(3).repetitions[1]
    assert (value.component(2).text, value.component(2).subcomponent(2), value.component(9).text) == ("E", "F", "")


def test_null_differs_from_absent() -> None:
    null, absent, valued = (parsed().field(step) for step in (4, 5, 6))
    assert [(one.null, one.absent, one.valued) for one in (null, absent, valued)] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_null_and_absent_both_read_as_empty() -> None:
    assert (parsed().text(4), parsed().text(5), parsed().field(4).repetitions, parsed().field(4).first.raw) == (
        "",
        "",
        (),
        "",
    )


def test_leaves_are_unescaped_after_splitting() -> None:
    assert parsed("PID|a\\S\\b^c\r").field(1).first.components[0].text == "a^b"


def test_the_header_may_choose_other_encoding_characters() -> None:
    message = er7.parse("MSH!$%?@!REG\rPID!1!!A@B$C%D!x?F?y\r")
    found = message.segment("PID")
    assert (message.delimiters, found.text(3, 1, 2), found.text(3, 2), found.text(4)) == (
        Delimiters("!", "$", "%", "?", "@"),
        "B",
        "C",
        "x!y",
    )


def test_a_fifth_encoding_character_is_that_of_truncation() -> None:
    assert er7.parse("MSH|^~\\&#|REG\rPID|a\\P\\b\r").segment("PID").text(1) == "a#b"


def test_encoding_characters_that_are_not_named_split_nothing() -> None:
    found = er7.parse("MSH|^|REG\rPID|a~b&c\\F\\^d\r").segment("PID")
    assert (found.text(1), found.text(1, 2)) == ("a~b&c\\F\\", "d")


def test_segments_of_one_name_are_counted() -> None:
    message = er7.parse(HEADER + "NK1|a\rPID|x\rNK1|b\r")
    assert [(one.sequence, one.text(1)) for one in message.segments("NK1")] == [(1, "a"), (2, "b")]


def test_a_missing_segment_reads_as_an_empty_one() -> None:
    found = er7.parse(HEADER).segment("PV1")
    assert (found.present, found.text(2), str(found.place(2))) == (False, "", "PV1[1]-2")


def test_a_segment_may_be_only_a_name() -> None:
    assert er7.parse(HEADER + "EVN\r").segment("EVN").present


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", Place("MSH")),
        ("hello", Place("MSH")),
        ("PID|1", Place("MSH")),
        ("MSH", Place("MSH", 1, 2)),
        ("MSH|", Place("MSH", 1, 2)),
        ("MSH||x", Place("MSH", 1, 2)),
        ("MSH|^^\\&|x", Place("MSH", 1, 2)),
        ("MSH|^~\\&#%|x", Place("MSH", 1, 2)),
        ("MSH|aB\\&|x", Place("MSH", 1, 2)),
        ("MSH|^~\\&|x\rpid|1", Place("MSH")),
        ("MSH|^~\\&|x\rPIDX|1", Place("MSH")),
    ],
)
def test_what_is_no_message_is_refused_with_its_place(text: str, place: Place) -> None:
    with pytest.raises(Unreadable) as refusal:
        er7.parse(text)
    assert refusal.value.place == place


@pytest.mark.parametrize(
    "tail", ["EVN\r" * er7.SEGMENT_LIMIT, "PID|" + "~" * er7.PART_LIMIT, "PID|" + "\\" * er7.PART_LIMIT]
)
def test_a_message_of_too_many_parts_is_refused_before_it_is_split(tail: str) -> None:
    with pytest.raises(Unreadable, match="more than"):
        er7.parse(HEADER + tail)


def test_a_place_reads_as_segment_sequence_field_and_component() -> None:
    assert [str(one) for one in (Place("PID"), Place("NK1", 2, 3), Place("PID", 1, 3, 4))] == [
        "PID[1]",
        "NK1[2]-3",
        "PID[1]-3.4",
    ]


field_text = st.text(st.characters(exclude_characters="|\r\n", exclude_categories=["Cs"]), max_size=20)
segment_text = st.tuples(st.from_regex(r"\A[A-Z][A-Z0-9]{2}\Z"), st.lists(field_text, max_size=6)).map(
    lambda parts: "|".join([parts[0], *parts[1]])
)


@given(st.lists(segment_text, max_size=5))
def test_every_message_comes_back_as_it_was(segments: list[str]) -> None:
    text = "".join(f"{one}\r" for one in [HEADER[:-1], *segments]).rstrip("\x1c\r") + "\r"
    assert str(er7.parse(text)) == text


@given(st.lists(field_text, min_size=1, max_size=6))
def test_reading_any_field_at_any_depth_never_fails(fields: list[str]) -> None:
    found = er7.parse(HEADER + "|".join(["ZZZ", *fields]) + "\r").segment("ZZZ")
    for step in range(len(fields) + 2):
        for value in found.field(step).repetitions:
            assert all(isinstance(leaf, str) for part in value.components for leaf in part.subcomponents)


@given(st.binary(max_size=200) | st.binary(max_size=80).map(lambda tail: b"MSH|^~\\&|" + tail))
def test_garbage_is_read_or_refused_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert er7.read(data).header.name == "MSH"
