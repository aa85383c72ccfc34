"""The message itself, kept as it came (Binary), and what it made, linked to it (Provenance).

Both carry a tag with the digest of the message and are created once, so a repeated message leaves no second copy.

Source: http://hl7.org/fhir/R4/provenance.html
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from server.fhir.resource import Resource
from server.hl7v2.context import Context
from server.hl7v2.datatypes import temporal
from server.hl7v2.entries import Entry, tagged
from server.hl7v2.er7 import Message
from server.hl7v2.tables import V2

MEDIA = "x-application/hl7-v2+er7"
TAG = "urn:hl7v2:message"
"""The system of the tag; its code is the SHA-256 of the message."""

AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def digest(data: bytes) -> str:
    """What tells a message from every other: sender, control id and content are all in it."""
    return sha256(data).hexdigest()


def entries(message: Message, data: bytes, made: Sequence[Entry], patient: Entry, context: Context) -> list[Entry]:
    """The Binary of the message and the Provenance of everything made of it."""
    tag = {"system": TAG, "code": digest(data)}
    place = message.header.place()
    binary = tagged(_binary(data, patient), tag, place)
    targets = list({one.full_url: one.reference for one in made}.values())
    return [binary, tagged(_provenance(message, targets, binary, context), tag, place)]


def _binary(data: bytes, patient: Entry) -> Resource:
    text = b64encode(data).decode("ascii")
    return {"resourceType": "Binary", "contentType": MEDIA, "securityContext": patient.reference, "data": text}


def _provenance(message: Message, targets: list[Resource], binary: Entry, context: Context) -> Resource:
    occurred = _occurred(message, context)
    return {
        "resourceType": "Provenance",
        "target": targets,
        **({"occurredDateTime": occurred} if occurred else {}),
        "recorded": context.now.isoformat(timespec="milliseconds"),
        "activity": {"coding": [{"system": f"{V2}0003", "code": message.trigger}]},
        "agent": [_agent(message, context)],
        "entity": [{"role": "source", "what": binary.reference}],
    }


def _agent(message: Message, context: Context) -> Resource:
    header = message.header
    name = " ".join(part for part in (header.text(3).strip(), header.text(4).strip()) if part)
    who = {"identifier": {"system": "urn:hl7v2:sender", "value": context.sender}, "display": name or context.sender}
    return {"type": {"coding": [{"system": AGENT, "code": "author"}]}, "who": who}


def _occurred(message: Message, context: Context) -> str:
    """When the event happened (EVN-6), was recorded (EVN-2) or sent (MSH-7), the first that can be read."""
    event = message.segment("EVN")
    for text in (event.text(6), event.text(2), message.header.text(7)):
        if moment := temporal.date_time(text, context.zone):
            return moment
    return ""
