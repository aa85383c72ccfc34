"""The legacy door on an empty store: what senders are told over MLLP, and what is stored afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance_tests.interactions.serving import Service, serving
from conformance_tests.storage import openers
from server import config, doors
from server.hl7v2 import er7, mllp


@dataclass(frozen=True, slots=True)
class Door:
    """A listener, and the server behind it."""

    port: int
    server: Service

    async def told(self, message: str | bytes) -> tuple[str, str, str, str]:
        """Acknowledgement code, the message it answers, and the place and code of the error."""
        data = message.encode() if isinstance(message, str) else message
        answer = er7.read(await mllp.send("127.0.0.1", self.port, data))
        msa, err = answer.segment("MSA"), answer.segment("ERR")
        return msa.text(1), msa.text(2), err.raw(2), err.text(3)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Door]:
    """The door while the block lasts."""
    store = await openers.OPENERS["sqlite"](folder)("definitions", 1)
    settings = config.settings({"mllp_port": "0", "open": "yes"})
    try:
        async with serving(store) as server, doors.mllp_listener(server.engine, settings) as port:
            yield Door(port, server)
    finally:
        await store.close()
