"""A message to the transaction that applies it, whole and pure: header, structure, handler, the original.

Source: http://hl7.org/fhir/uv/v2mappings
"""

from __future__ import annotations

from datetime import datetime, tzinfo

from server.hl7v2 import cardinality, context, entries, original
from server.hl7v2.entries import Translation
from server.hl7v2.er7 import Message
from server.hl7v2.faults import (
    REQUIRED_FIELD,
    UNSUPPORTED_EVENT,
    UNSUPPORTED_PROCESSING,
    UNSUPPORTED_TYPE,
    UNSUPPORTED_VERSION,
    Unsupported,
)
from server.hl7v2.handlers import HANDLERS, Handler

VERSIONS = frozenset(
    ("2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2")
)
"""The versions of the standard that are taken."""

PRODUCTION = "P"
"""The processing id that is taken (table 0103): what a training or debugging system sends is of no patient."""


def translate(message: Message, data: bytes, now: datetime, zone: tzinfo) -> Translation:
    """The transaction of a message that came as `data`; raises Unsupported or Unmappable."""
    check_header(message)
    handle = handler(message)
    cardinality.check(message)
    found = context.of_message(message, now, zone)
    made = handle(message, found)
    return entries.translation([*made, *original.entries(message, data, made, made[0], found)])


def check_header(message: Message) -> None:
    """Raise Unsupported unless the header has a control id, and a version and a processing id that are taken."""
    header = message.header
    processing = header.text(11).strip()
    if not message.control_id.strip():
        raise Unsupported(header.place(10), REQUIRED_FIELD, "a message control id is required")
    if message.version.strip() not in VERSIONS:
        raise Unsupported(header.place(12), UNSUPPORTED_VERSION, "the version is not one from 2.1 to 2.8.2")
    if not processing:
        raise Unsupported(header.place(11), REQUIRED_FIELD, "a processing id is required")
    if processing != PRODUCTION:
        raise Unsupported(header.place(11), UNSUPPORTED_PROCESSING, "only messages of production (P) are taken")


def handler(message: Message) -> Handler:
    """The handler of a message's type; raises Unsupported, naming the type."""
    kind = (message.type.strip(), message.trigger.strip())
    found = HANDLERS.get(kind)
    if found is not None:
        return found
    known = any(kind[0] == code for code, _ in HANDLERS)
    place = message.header.place(9, 2 if known else 1)
    name = "^".join(part[:3] for part in kind if part.isascii() and part.isalnum())
    raise Unsupported(place, UNSUPPORTED_EVENT if known else UNSUPPORTED_TYPE, f"{name} messages are not taken")
