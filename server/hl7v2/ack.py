"""Acknowledgements: what the sender is told about its message, after the commit.

AA: applied. AE: the content cannot be applied, sending it again will not help. AR: not taken, by type or version, or
because the store does not answer now. No text of an acknowledgement carries a value of the message but its header's.

Source: http://v2plus.hl7.org/2021Jan/message-structure/ACK.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from server.hl7v2 import charset
from server.hl7v2.delimiters import STANDARD, Delimiters
from server.hl7v2.er7 import Message
from server.hl7v2.escapes import escape
from server.hl7v2.faults import MEANINGS, Fault, Place

VERSION = "2.5.1"
"""The version of an acknowledgement to something whose header cannot be read."""

_version = re.compile(r"(\d)\.(\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """AA, AE or AR; an error has its place, its code of table 0357 and a text."""

    code: str
    place: Place | None = None
    error: str = ""
    text: str = ""


ACCEPTED = Answer("AA")


def of_fault(fault: Fault) -> Answer:
    """The answer to a message that is not taken."""
    return Answer(fault.acknowledgement, fault.place, fault.code, fault.text)


def acknowledgement(message: Message | None, answer: Answer, control_id: str, now: datetime) -> bytes:
    """The ACK message, in the character set, version and encoding characters of the message it answers."""
    if message is None:
        header = _header(STANDARD, control_id, now)
        return _joined([header, _msa(answer, "", STANDARD, VERSION), *_err(answer, STANDARD, VERSION)], "")
    marks, version = message.delimiters, message.version
    segments = [
        _echo(message, control_id, now),
        _msa(answer, message.header.raw(10), marks, version),
        *_err(answer, marks, version),
    ]
    return _joined(segments, message.header.text(18).strip())


def _header(marks: Delimiters, control_id: str, now: datetime) -> str:
    fields = ["", "", "", "", _time(now), "", f"ACK{marks.component * 2}ACK", control_id, "P", VERSION]
    return marks.field.join(["MSH", _encoding(marks), *fields])


def _echo(message: Message, control_id: str, now: datetime) -> str:
    """MSH with sender and receiver changed places; fields are echoed as they came, so their escapes stay right.

    A character set that is not taken is not declared: the answer is not written in it.
    """
    raw, marks = message.header.raw, message.delimiters
    kind = marks.component.join(("ACK", message.header.field(9).first.component(2).raw, "ACK"))
    fields = [raw(5), raw(6), raw(3), raw(4), _time(now), "", kind, escape(control_id, marks)]
    declared = raw(18) if charset.taken(message.header.text(18).strip()) else ""
    fields += [raw(11), raw(12), "", "", "", "", "", declared]
    return marks.field.join(["MSH", _encoding(marks), *fields]).rstrip(marks.field)


def _msa(answer: Answer, original: str, marks: Delimiters, version: str) -> str:
    """MSA; before ERR had a text of its own (2.5) the text is in MSA-3."""
    text = _clean(answer.text, marks) if _before_2_5(version) else ""
    return marks.field.join(["MSA", answer.code, original, text]).rstrip(marks.field)


def _err(answer: Answer, marks: Delimiters, version: str) -> list[str]:
    """ERR of an answer that has a place: one coded field before 2.5, place, code, severity and text from then on."""
    if answer.place is None:
        return []
    place, meaning = answer.place, _clean(MEANINGS[answer.error], marks)
    where = [place.segment, str(place.sequence), str(place.field or "")]
    if _before_2_5(version):
        code = (marks.subcomponent or " ").join((answer.error, meaning, "HL70357"))
        return [marks.field.join(["ERR", marks.component.join([*where, code])])]
    component = ["1", str(place.component)] if place.component else []
    location = marks.component.join([*where, *component]).rstrip(marks.component)
    code = marks.component.join((answer.error, meaning, "HL70357"))
    return [marks.field.join(["ERR", "", location, code, "E", "", "", "", _clean(answer.text, marks)])]


def _before_2_5(version: str) -> bool:
    match = _version.match(version)
    return match is not None and (int(match[1]), int(match[2])) < (2, 5)


def _encoding(marks: Delimiters) -> str:
    return marks.component + marks.repetition + marks.escape + marks.subcomponent + marks.truncation


def _clean(text: str, marks: Delimiters) -> str:
    """A text as a leaf; where no escape character is declared, characters that would split it become spaces."""
    if marks.escape:
        return escape(text, marks)
    return "".join(" " if character in f"{_encoding(marks)}{marks.field}\r\n" else character for character in text)


def _time(now: datetime) -> str:
    return now.strftime("%Y%m%d%H%M%S%z")


def _joined(segments: list[str], declared: str) -> bytes:
    return charset.encode("".join(f"{segment}\r" for segment in segments), declared)
