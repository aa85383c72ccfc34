"""MLLP: frames in a stream of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hl7v2.frames import Frames, Oversized, Unframed, frame


def fed(*chunks: bytes, limit: int = 100) -> list[bytes]:
    frames = Frames(limit)
    return [message for chunk in chunks for message in frames.feed(chunk)]


def test_a_frame_is_start_block_message_end_block_and_carriage_return() -> None:
    assert frame(b"MSH|") == b"\x0bMSH|\x1c\r"


def test_several_frames_may_come_at_once() -> None:
    assert fed(frame(b"one") + frame(b"two")) == [b"one", b"two"]


def test_a_frame_may_come_in_pieces() -> None:
    assert fed(b"\x0bo", b"n", b"e\x1c", b"\r") == [b"one"]


def test_line_ends_and_blanks_may_stand_between_frames() -> None:
    assert fed(b"\r\n" + frame(b"one") + b"\r\n \r\n", frame(b"two")) == [b"one", b"two"]


@pytest.mark.parametrize(
    "before", [b"noise", b"noise\x1c\r", b"POST / HTTP/1.1\r\nOrigin: http://attacker.example\r\n\r\n"]
)
def test_whoever_speaks_outside_of_frames_is_not_heard(before: bytes) -> None:
    frames = Frames()
    heard: list[bytes] = []
    with pytest.raises(Unframed):
        heard.extend(frames.feed(before + frame(b"one")))
    assert heard == []
    assert fed(frame(b"one")) == [b"one"]


def test_what_stands_behind_a_frame_is_not_heard() -> None:
    heard: list[bytes] = []
    with pytest.raises(Unframed):
        heard.extend(Frames().feed(frame(b"one") + b"noise" + frame(b"two")))
    with pytest.raises(Unframed):
        fed(frame(b"one"), b"noise")


def test_a_start_block_inside_a_frame_drops_the_half_frame() -> None:
    assert fed(b"\x0bhalf\x0bwhole\x1c\r") == [b"whole"]


def test_a_frame_without_its_carriage_return_is_a_frame() -> None:
    assert fed(b"\x0bone\x1c\x0btwo\x1c") == [b"one", b"two"]


def test_a_frame_of_the_limit_is_taken_and_a_larger_one_is_refused() -> None:
    assert fed(frame(b"x" * 100)) == [b"x" * 100]
    with pytest.raises(Oversized):
        fed(b"\x0b" + b"x" * 60, b"x" * 41)


@given(
    st.lists(st.binary(max_size=20).map(lambda data: data.translate(None, b"\x0b\x1c")), max_size=5),
    st.integers(1, 7),
)
def test_messages_come_out_as_they_went_in_however_they_are_cut(messages: list[bytes], size: int) -> None:
    stream = b"".join(map(frame, messages))
    assert fed(*(stream[at : at + size] for at in range(0, len(stream), size))) == messages
