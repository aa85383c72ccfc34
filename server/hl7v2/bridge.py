"""The bridge: the bytes of a message to a committed transaction to the bytes of its acknowledgement.

It never raises for what a message holds, so one bad message never stops those behind it.

Source: http://v2plus.hl7.org/2021Jan/message-structure/ACK.html
"""

from __future__ import annotations

import logging
import re
import traceback
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo

from server.fhir import codec
from server.fhir.errors import FhirError
from server.fhir.outcome import Issue
from server.fhir.resource import Resource
from server.hl7v2 import ack, charset, er7, original
from server.hl7v2.ack import Answer
from server.hl7v2.entries import Translation
from server.hl7v2.er7 import Message
from server.hl7v2.faults import DATA_TYPE, INTERNAL, REQUIRED_FIELD, TABLE_VALUE, Fault, Place
from server.hl7v2.translate import translate
from server.interactions.request import Reply

HEADER = Place("MSH")
TRANSIENT = frozenset((409, 429))
"""Statuses below 500 after which the same message may succeed when it is sent again."""

ERRORS = {"required": REQUIRED_FIELD, "code-invalid": TABLE_VALUE}
"""Issue types of FHIR that HL7 v2 has an error code for; any other is an error of data."""

log = logging.getLogger("almoner.hl7v2")
_entry = re.compile(r"Bundle\.entry\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Bridge:
    """What a message needs from outside.

    `submit` commits a transaction Bundle durably before it answers, or raises FhirError. `known` says whether a
    message with this digest was applied before: a copy that comes late must not undo what came after the first.
    """

    submit: Callable[[Resource], Awaitable[Reply]]
    known: Callable[[str], Awaitable[bool]]
    clock: Callable[[], datetime]
    control_id: Callable[[], str]
    zone: tzinfo

    async def answer(self, data: bytes) -> bytes:
        """The acknowledgement of a message, after its commit."""
        message, answer = await self._taken(data)
        return ack.acknowledgement(message, answer, self.control_id(), self.clock())

    async def _taken(self, data: bytes) -> tuple[Message | None, Answer]:
        try:
            message = er7.read(data)
        except Fault as fault:
            return _header(data), ack.of_fault(fault)
        try:
            return message, await self._applied(message, data)
        except Fault as fault:
            return message, ack.of_fault(fault)
        except FhirError as error:
            return message, _refused(error.status, error.issues, None)
        except Exception as error:  # noqa: BLE001 - the door's outermost handler: the line goes on behind a poison message
            return message, _broken(error)

    async def _applied(self, message: Message, data: bytes) -> Answer:
        translation = translate(message, data, self.clock(), self.zone)
        if await self.known(original.digest(data)):
            return ack.ACCEPTED
        return await self._submitted(translation)

    async def _submitted(self, translation: Translation) -> Answer:
        try:
            reply = await self.submit(translation.bundle)
        except FhirError as error:
            return _refused(error.status, error.issues, translation)
        return ack.ACCEPTED if reply.status < 400 else _refused(reply.status, _issues(reply), translation)


def _header(data: bytes) -> Message | None:
    """The header alone of a message that cannot be read, so that its answer says what it answers.

    Every character set writes what an answer needs of it as ASCII does.
    """
    line = data.removeprefix(BOM_UTF8).lstrip().replace(b"\n", b"\r").partition(b"\r")[0]
    for text in (charset.decode, charset.ascii_only):
        with suppress(Fault):
            return er7.parse(text(line))
    return None


def _refused(status: int, issues: tuple[Issue, ...], translation: Translation | None) -> Answer:
    """AR where the store may take the message later, AE where its content is at fault, with the segment."""
    if status >= 500 or status in TRANSIENT:
        return Answer("AR", HEADER, INTERNAL, "the store does not take messages now; send it again")
    failed = next((issue for issue in issues if issue.failed), issues[0])
    return Answer("AE", _place(failed, translation), ERRORS.get(failed.code, DATA_TYPE), _text(failed))


def _text(issue: Issue) -> str:
    """The kind of issue and its element: the diagnostics of a validator may quote what it found."""
    where = re.sub(r"^Bundle\.entry\[\d+\]\.(resource\.)?", "", issue.expression)
    return f"the content is refused ({issue.code}{' at ' + where if where else ''})"


def _place(issue: Issue, translation: Translation | None) -> Place:
    match = _entry.match(issue.expression)
    number = int(match[1]) if match else -1
    if translation is None or not 0 <= number < len(translation.origins):
        return HEADER
    return translation.origins[number]


def _issues(reply: Reply) -> tuple[Issue, ...]:
    outcome = codec.stored(reply.body) if reply.body else {}
    found = [_issue(one) for one in outcome.get("issue", ())]
    return tuple(found) or (Issue("error", "processing", ""),)


def _issue(one: Resource) -> Issue:
    expression = next(iter(one.get("expression", ())), "")
    return Issue(one["severity"], one["code"], one.get("diagnostics", ""), expression)


def _broken(error: Exception) -> Answer:
    """A fault of our own: logged by its type and where it arose, never by its text, which may quote the message."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    log.error("a message could not be handled: %s at %s:%s", type(error).__name__, where.filename, where.lineno)
    return Answer("AE", HEADER, INTERNAL, "the message could not be handled; the operators have been told")
