"""Which messages are taken, and the pure function that turns each into entries of a transaction.

To add a message, write a file here and a row in HANDLERS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from server.hl7v2.context import Context
from server.hl7v2.entries import Entry
from server.hl7v2.er7 import Message
from server.hl7v2.handlers import charge, registration

Handler = Callable[[Message, Context], Sequence[Entry]]
"""The entries of a message, the patient's first; raises Unmappable where its content cannot be applied."""

HANDLERS: Mapping[tuple[str, str], Handler] = {
    ("ADT", "A01"): registration.entries,
    ("ADT", "A04"): registration.entries,
    ("ADT", "A05"): registration.entries,
    ("ADT", "A08"): registration.entries,
    ("ADT", "A28"): registration.entries,
    ("ADT", "A31"): registration.entries,
    ("DFT", "P03"): charge.entries,
}
"""Message code and trigger event (MSH-9.1 and MSH-9.2) to its handler."""
