"""MLLP: frames in a stream of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hl7v2.frames import Frames, Oversized, frame


def fed(*chunks: bytes, limit: int = 100) -> list[bytes]:
    frames = Frames(limit)
    return [message for chunk in chunks for message in frames.feed(chunk)]


def test_a_frame_is_start_block_message_end_block_and_carriage_return() -> None:
    assert frame(b"MSH|") == b"\x0bMSH|\x1c\r"


def test_several_frames_may_come_at_once() -> None:
    assert fed(frame(b"one") + frame(b"two")) == [b"one", b"two"]


def test_a_frame_may_come_in_pieces() -> None:
    assert fed(b"\x0bo", b"n", b"e\x1c", b"\r") == [b"one"]


def test_bytes_outside_of_frames_are_skipped() -> None:
    assert fed(b"noise\x1c\r" + frame(b"one") + b"\r\nnoise", frame(b"two")) == [b"one", b"two"]


def test_a_start_block_inside_a_frame_drops_the_half_frame() -> None:
    assert fed(b"\x0bhalf\x0bwhole\x1c\r") == [b"whole"]


def test_a_frame_without_its_carriage_return_is_a_frame() -> None:
    assert fed(b"\x0bone\x1c\x0btwo\x1c") == [b"one", b"two"]


def test_a_frame_of_the_limit_is_taken_and_a_larger_one_is_refused() -> None:
    assert fed(frame(b"x" * 100)) == [b"x" * 100]
    with pytest.raises(Oversized):
        fed(b"\x0b" + b"x" * 60, b"x" * 41)


def test_noise_without_end_is_never_kept() -> None:
    assert fed(*[b"x" * 90] * 50, frame(b"one")) == [b"one"]


@given(
    st.lists(st.binary(max_size=20).map(lambda data: data.translate(None, b"\x0b\x1c")), max_size=5),
    st.integers(1, 7),
)
def test_messages_come_out_as_they_went_in_however_they_are_cut(messages: list[bytes], size: int) -> None:
    stream = b"".join(map(frame, messages))
    assert fed(*(stream[at : at + size] for at in range(0, len(stream), size))) == messages
