"""ER7, the pipe-and-hat form of HL7 v2: split first, unescape only leaves.

    message = er7.parse(text)
    message.segment("PID").field(3).repetitions[1].component(4).subcomponent(2)
    message.segment("PID").text(5, 2)        # first repetition, second component, unescaped

A message keeps the text of its fields as it came, so `str(parse(text)) == text` when each segment ends with a carriage
return; deeper levels are split when they are read. Positions count from 1 as in the standard.

Source: http://www.hl7.eu/refactored/msg-encoding.html (chapter 2, message construction)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from server.hl7v2 import charset
from server.hl7v2.delimiters import STANDARD, Delimiters, of_header
from server.hl7v2.escapes import unescape
from server.hl7v2.faults import SEGMENT_SEQUENCE, Place, Unreadable

SEGMENT_LIMIT = 5_000
"""How many segments a message may have."""

PART_LIMIT = 100_000
"""How many encoding characters a message may have, and so how many parts it can be split into."""

NULL = '""'
"""A field that says "delete what you have", as opposed to one that says nothing."""

_segment_name = re.compile(r"[A-Z][A-Z0-9]{2}")
_before = "\ufeff\x0b \t\r\n"
_after = "\x1c\r\n"


@dataclass(frozen=True, slots=True)
class Component:
    """One component; its subcomponents are leaves and read unescaped."""

    raw: str
    delimiters: Delimiters = STANDARD

    @property
    def subcomponents(self) -> tuple[str, ...]:
        """Each leaf, unescaped."""
        return tuple(unescape(leaf, self.delimiters) for leaf in _split(self.raw, self.delimiters.subcomponent))

    def subcomponent(self, position: int) -> str:
        """A leaf, unescaped; empty when absent or null."""
        return _leaf(self.raw, position, self.delimiters)

    @property
    def text(self) -> str:
        """The first leaf."""
        return self.subcomponent(1)


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition of a field."""

    raw: str
    delimiters: Delimiters = STANDARD

    @property
    def components(self) -> tuple[Component, ...]:
        """Every component."""
        return tuple(Component(raw, self.delimiters) for raw in _split(self.raw, self.delimiters.component))

    def component(self, position: int) -> Component:
        """A component; an empty one when absent."""
        parts = _split(self.raw, self.delimiters.component)
        return Component(parts[position - 1] if position <= len(parts) else "", self.delimiters)

    def text(self, component: int = 1, subcomponent: int = 1) -> str:
        """A leaf, unescaped; empty when absent or null."""
        return _text(self.raw, component, subcomponent, self.delimiters) if self.raw else ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `raw` is its text as it came."""

    raw: str
    delimiters: Delimiters = STANDARD

    @property
    def absent(self) -> bool:
        """Whether the field says nothing."""
        return not self.raw

    @property
    def null(self) -> bool:
        """Whether the field says "delete": two double quotes."""
        return self.raw == NULL

    @property
    def valued(self) -> bool:
        """Whether the field holds a value: neither absent nor null."""
        return not self.absent and not self.null

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        """Every repetition that is not empty; none when the field is absent or null."""
        if not self.raw or self.raw == NULL:
            return ()
        parts = _split(self.raw, self.delimiters.repetition)
        return tuple([Repetition(part, self.delimiters) for part in parts if part])

    def text(self, component: int = 1, subcomponent: int = 1) -> str:
        """A leaf of the first repetition, unescaped; empty when absent or null."""
        return self.first.text(component, subcomponent) if self.raw else ""

    @property
    def first(self) -> Repetition:
        """The first repetition; an empty one when there is none."""
        return next(iter(self.repetitions), Repetition("", self.delimiters))


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `fields[0]` is its name; `sequence` is its place among the segments of that name."""

    fields: tuple[str, ...]
    sequence: int = 1
    delimiters: Delimiters = STANDARD

    @property
    def name(self) -> str:
        """The three letters of the segment."""
        return self.fields[0]

    @property
    def present(self) -> bool:
        """Whether the message has the segment: false for the empty one that stands in for a missing segment."""
        return self.sequence > 0

    def raw(self, position: int) -> str:
        """The text of a field as it came; empty when absent. MSH-1 is the field separator itself."""
        if self.name != "MSH":
            return self.fields[position] if position < len(self.fields) else ""
        if position == 1:
            return self.delimiters.field
        return self.fields[position - 1] if position <= len(self.fields) else ""

    def field(self, position: int) -> Field:
        """A field; an empty one when absent."""
        return Field(self.raw(position), self.delimiters)

    def text(self, position: int, component: int = 1, subcomponent: int = 1) -> str:
        """A leaf of a field's first repetition, unescaped; empty when absent or null."""
        raw = self.raw(position)
        return self.field(position).text(component, subcomponent) if raw else ""

    def place(self, position: int = 0, component: int = 0) -> Place:
        """Where a field of this segment stands, for an error."""
        return Place(self.name, max(self.sequence, 1), position, component)

    def __str__(self) -> str:
        return self.delimiters.field.join(self.fields)


@dataclass(frozen=True, slots=True)
class Message:
    """One message, never changed."""

    content: tuple[Segment, ...]
    delimiters: Delimiters = STANDARD

    def segments(self, name: str) -> tuple[Segment, ...]:
        """Every segment of a name, in order."""
        return tuple(segment for segment in self.content if segment.name == name)

    def segment(self, name: str) -> Segment:
        """The first segment of a name; an empty one (not `present`) when there is none."""
        return next((one for one in self.content if one.name == name), Segment((name,), 0, self.delimiters))

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.content[0]

    @property
    def type(self) -> str:
        """The message code, for example `ADT`."""
        return self.header.text(9, 1)

    @property
    def trigger(self) -> str:
        """The trigger event, for example `A04`."""
        return self.header.text(9, 2)

    @property
    def control_id(self) -> str:
        """MSH-10, which the acknowledgement repeats."""
        return self.header.text(10)

    @property
    def version(self) -> str:
        """MSH-12, for example `2.5.1`."""
        return self.header.text(12)

    def __str__(self) -> str:
        return "".join(f"{segment}\r" for segment in self.content)


def read(data: bytes) -> Message:
    """The message in some bytes, in the character set it declares; raises Unreadable."""
    return parse(charset.decode(data))


def parse(text: str) -> Message:
    """The message in a text whose segments end with `\\r`, `\\n` or both; raises Unreadable."""
    text = text.lstrip(_before).rstrip(_after)
    if "\n" in text:
        text = text.replace("\r\n", "\r").replace("\n", "\r")
    if not text.startswith("MSH"):
        raise Unreadable(Place("MSH"), SEGMENT_SEQUENCE, "the message does not begin with MSH")
    delimiters = of_header(text.partition("\r")[0])
    _refuse_excess(text, delimiters)
    return Message(tuple(_segments(text, delimiters)), delimiters)


def _refuse_excess(text: str, delimiters: Delimiters) -> None:
    """A few megabytes of separators would keep a reader busy for minutes; they are counted before anything is split."""
    splitting = (
        delimiters.field,
        delimiters.component,
        delimiters.repetition,
        delimiters.escape,
        delimiters.subcomponent,
    )
    parts = sum(text.count(character) for character in splitting if character)
    if parts > PART_LIMIT or text.count("\r") >= SEGMENT_LIMIT:
        raise Unreadable(Place("MSH"), SEGMENT_SEQUENCE, f"more than {SEGMENT_LIMIT} segments or {PART_LIMIT} parts")


def _segments(text: str, delimiters: Delimiters) -> list[Segment]:
    separator, counts, found = delimiters.field, dict[str, int](), list[Segment]()
    for number, line in enumerate(text.split("\r"), 1):
        if not line:
            continue
        fields = tuple(line.split(separator))
        name = fields[0]
        if not _segment_name.fullmatch(name):
            raise Unreadable(Place("MSH"), SEGMENT_SEQUENCE, f"line {number} does not begin with a segment name")
        counts[name] = sequence = counts.get(name, 0) + 1
        found.append(Segment(fields, sequence, delimiters))
    return found


def _split(text: str, delimiter: str) -> list[str]:
    return text.split(delimiter) if delimiter else [text]


def _text(raw: str, component: int, subcomponent: int, delimiters: Delimiters) -> str:
    parts = raw.split(delimiters.component)
    return _leaf(parts[component - 1], subcomponent, delimiters) if component <= len(parts) else ""


def _leaf(raw: str, position: int, delimiters: Delimiters) -> str:
    leaves = _split(raw, delimiters.subcomponent)
    if position > len(leaves):
        return ""
    leaf = leaves[position - 1]
    return "" if leaf == NULL else unescape(leaf, delimiters)
