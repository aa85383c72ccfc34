"""The legacy door as the tour uses it: registration and charge systems send HL7 v2 over MLLP.

Where no listener answers, the same message is translated here and its Bundle is sent over HTTP.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from server.hl7v2 import er7, mllp
from server.hl7v2.translate import translate
from server.tour.guide import Guide, Lost


@dataclass(slots=True)
class Door:
    """Where messages are sent; `open` turns false once nobody listens there."""

    host: str
    port: int
    open: bool = True

    def send(self, guide: Guide, message: str) -> None:
        """Send a message and show how it is acknowledged; raises Lost when it is not accepted."""
        answer = self._sent(message) if self.open else None
        if answer is None:
            self._translated(guide, message)
            return
        lines = answer.split("\r")
        guide.message([line for line in message.split("\r") if line], next(one for one in lines if one[:3] == "MSA"))
        if not any(line.startswith("MSA|AA|") for line in lines):
            raise Lost(f"the message is not accepted: {' '.join(line for line in lines if line[:3] == 'ERR')}")

    def _sent(self, message: str) -> str | None:
        try:
            return asyncio.run(mllp.send(self.host, self.port, message.encode(), timeout=10)).decode()
        except (OSError, TimeoutError):
            self.open = False
            return None

    def _translated(self, guide: Guide, message: str) -> None:
        guide.say(f"Nobody listens for HL7 v2 at {self.host}:{self.port}, so the message goes as a transaction.")
        data = message.encode()
        read = er7.read(data)
        bundle = translate(read, data, datetime.now(UTC), UTC).bundle
        guide.post("", bundle)
