"""The legacy door over MLLP: what a sender hears of a message that is not taken, and that nothing of it is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_tests.hl7v2 import door
from conformance_tests.hl7v2.messages import A04, PID, header, text

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("processing", ["T", "D"])
async def test_training_and_debugging_messages_are_rejected(tmp_path: Path, processing: str) -> None:
    message = text(header("ADT^A04", {11: processing}), PID)
    async with door.opened(tmp_path) as opened:
        assert await opened.told(message) == ("AR", "MSG1", "MSH^1^11", "202")
        assert await opened.server.found("Patient") == []
        assert await opened.told(A04) == ("AA", "MSG1", "", "")


@pytest.mark.parametrize("name", ["KLINGON", "ISO IR87", "ISO IR87~8859/1"])
async def test_a_message_of_an_unknown_character_set_is_rejected_by_its_control_id(tmp_path: Path, name: str) -> None:
    async with door.opened(tmp_path) as opened:
        assert await opened.told(text(header("ADT^A04", {18: name}), PID)) == ("AR", "MSG1", "MSH^1^18", "103")


async def test_the_header_alone_is_read_where_the_rest_is_in_another_set(tmp_path: Path) -> None:
    message = text(header("ADT^A04", {3: "Praxis \xe9", 18: "ISO IR87"}), PID).encode("latin-1")
    async with door.opened(tmp_path) as opened:
        assert await opened.told(message + b"PV1|\x1b$B\xff\r") == ("AR", "MSG1", "MSH^1^18", "103")


async def test_a_header_that_is_not_in_its_own_set_is_answered_by_its_control_id(tmp_path: Path) -> None:
    message = text(header("ADT^A04", {3: "Praxis \xe9", 18: "UNICODE UTF-8"}), PID).encode("latin-1")
    async with door.opened(tmp_path) as opened:
        assert await opened.told(message) == ("AR", "MSG1", "MSH^1^18", "103")
