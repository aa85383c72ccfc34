"""What the legacy door cannot take, each fault with the place in the message, its error code and its acknowledgement.

    Fault
      Unreadable     AR   no HL7 v2 message can be read here
      Unsupported    AR   a message type, version or processing id that is not taken
      Unmappable     AE   a segment whose content cannot be applied

Source: http://v2plus.hl7.org/2021Jan/segment-definition/ERR.html
"""

from __future__ import annotations

from dataclasses import dataclass

SEGMENT_SEQUENCE = "100"
REQUIRED_FIELD = "101"
DATA_TYPE = "102"
TABLE_VALUE = "103"
UNSUPPORTED_TYPE = "200"
UNSUPPORTED_EVENT = "201"
UNSUPPORTED_PROCESSING = "202"
UNSUPPORTED_VERSION = "203"
DUPLICATE_KEY = "205"
INTERNAL = "207"

MEANINGS = {
    SEGMENT_SEQUENCE: "Segment sequence error",
    REQUIRED_FIELD: "Required field missing",
    DATA_TYPE: "Data type error",
    TABLE_VALUE: "Table value not found",
    UNSUPPORTED_TYPE: "Unsupported message type",
    UNSUPPORTED_EVENT: "Unsupported event code",
    UNSUPPORTED_PROCESSING: "Unsupported processing id",
    UNSUPPORTED_VERSION: "Unsupported version id",
    DUPLICATE_KEY: "Duplicate key identifier",
    INTERNAL: "Application internal error",
}
"""HL7 table 0357, the codes that this door uses."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a message: a segment, which one of its name, and where known a field and a component, all from 1."""

    segment: str
    sequence: int = 1
    field: int = 0
    component: int = 0

    def __str__(self) -> str:
        place = f"{self.segment}[{self.sequence}]"
        place += f"-{self.field}" if self.field else ""
        return place + (f".{self.component}" if self.component else "")


class Fault(Exception):
    """A message or part of it that is not taken. The text carries no value of the message beyond type and version."""

    acknowledgement = "AE"

    def __init__(self, place: Place, code: str, text: str) -> None:
        super().__init__(f"{place}: {text}")
        self.place = place
        self.code = code
        self.text = text


class Unreadable(Fault):
    """The bytes are not an HL7 v2 message."""

    acknowledgement = "AR"


class Unsupported(Fault):
    """The header asks for what this door does not do."""

    acknowledgement = "AR"


class Unmappable(Fault):
    """The content of a segment cannot be applied."""
