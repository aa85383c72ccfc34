"""Units set aside on disk, to be tried again when others that they refer to may have come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import IO

from server.commands.load_target import Answer
from server.commands.load_units import Unit
from server.fhir import codec


@dataclass(frozen=True, slots=True)
class _Place:
    unit: Unit
    answer: Answer
    offset: int
    length: int


class Spool:
    """Units with the answers they got; only their entries are on disk."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by __exit__
        self._places: list[_Place] = []

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def add(self, unit: Unit, answer: Answer) -> None:
        """Set a unit aside."""
        text = codec.encode([list(pair) for pair in unit.entries])
        offset = self._file.seek(0, 2)
        self._file.write(text)
        self._places.append(_Place(replace(unit, entries=()), answer, offset, len(text)))

    def take(self) -> Iterator[tuple[Unit, Answer]]:
        """All units set aside until now, in order; those added meanwhile stay."""
        places, self._places = self._places, []
        for place in places:
            self._file.seek(place.offset)
            entries = codec.decode(self._file.read(place.length))
            yield replace(place.unit, entries=tuple((number, entry) for number, entry in entries)), place.answer
