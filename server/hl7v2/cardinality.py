"""Segments that a message has once: of two patients, visits or headers in a message only one would be applied.

Segments that a structure lacks are left out, as HL7 asks of a receiver. The structures of all messages that are taken
agree on these from version 2.1 to 2.8.2.

Source: http://v2plus.hl7.org/2021Jan/message-structure/ADT_A01.html (and ADT_A05, DFT_P03)
"""

from __future__ import annotations

from collections.abc import Mapping

from server.hl7v2.er7 import Message
from server.hl7v2.faults import SEGMENT_SEQUENCE, Unmappable

MESSAGE = frozenset(("MSH", "UAC", "EVN", "PID", "PD1", "PV1", "PV2", "DRG", "ACC", "UB1", "UB2", "PDA"))
"""Segments that come once in a message."""

GROUPS: Mapping[str, frozenset[str]] = {"IN1": frozenset(("IN2",))}
"""Segments that come once in a group, by the segment that the group begins with."""

_single = MESSAGE.union(*GROUPS.values())


def check(message: Message) -> None:
    """Raise Unmappable at the first segment that comes again though its structure has it once."""
    seen: set[str] = set()
    for segment in message.content:
        seen -= GROUPS.get(segment.name, frozenset())
        if segment.name in seen:
            raise Unmappable(segment.place(), SEGMENT_SEQUENCE, f"{segment.name} comes once in this message")
        seen.update(_single.intersection((segment.name,)))
