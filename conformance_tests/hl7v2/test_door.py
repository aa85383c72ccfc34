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
