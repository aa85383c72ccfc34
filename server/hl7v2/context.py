"""What a mapping needs beside the message: the moment of reception, the zone of bare times, and who sends.

Source: http://v2plus.hl7.org/2021Jan/segment-definition/MSH.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from urllib.parse import quote

from server.hl7v2.datatypes import temporal
from server.hl7v2.er7 import Message


@dataclass(frozen=True, slots=True)
class Context:
    """`zone` is that of times without an offset; `sender` is the namespace of identifiers without an authority."""

    now: datetime
    zone: tzinfo
    sender: str

    def namespace(self, *parts: str) -> str:
        """The URI of a namespace of the sender's own: `urn:hl7v2:` and the parts, percent-encoded."""
        return namespace(self.sender, *parts)


def namespace(*parts: str) -> str:
    """The URI of a local namespace, for example `urn:hl7v2:GHH:MR`."""
    return "urn:hl7v2:" + ":".join(quote(part, safe="") for part in parts if part)


def of_message(message: Message, now: datetime, zone: tzinfo) -> Context:
    """The context of a message: MSH-4 (or MSH-3) sends; bare times have the offset of MSH-7, else `zone`."""
    header = message.header
    sender = header.text(4) or header.text(3) or "unknown"
    offset = temporal.offset(header.text(7))
    return Context(now, zone if offset is None else timezone(timedelta(minutes=offset)), sender)
