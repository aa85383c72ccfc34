"""From the octets of a file to units, a bounded part of it in memory at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from hashlib import file_digest
from typing import IO

from server.commands import documents, load_files, load_units
from server.commands.load_files import File
from server.commands.load_units import GROUP, Fault, Unit
from server.fhir.errors import Invalid
from server.fhir.resource import Resource

LIMIT = 64 * 1024 * 1024
"""The longest document, a JSON file or a line of NDJSON, in octets."""
_IN_MEMORY = 8 * 1024 * 1024


def units(file: File, content: IO[bytes]) -> Iterator[Unit | Fault]:
    """The units of one file in order, and what is wrong with the rest; raises load_files.Unreadable."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        seekable = content if not file.member else copy
        if file.member:
            with load_files.reading(file.path):
                shutil.copyfileobj(content, copy)
        seekable.seek(0)
        key = file_digest(seekable, "sha256").hexdigest()[:40]  # type: ignore[arg-type]  # any binary file
        seekable.seek(0)
        yield from _FORMATS[file.format](file, key, seekable)


def _json(file: File, key: str, content: IO[bytes]) -> Iterator[Unit | Fault]:
    try:
        resource = _decoded(content.read(LIMIT + 1))
        yield from load_units.of_resource(file.label, key, resource, file.size)
    except Invalid as error:
        yield Fault(file.label, str(error), file.size)


def _ndjson(file: File, key: str, content: IO[bytes]) -> Iterator[Unit | Fault]:
    first = 0
    while block := tuple(_block(content)):
        plain: list[tuple[int, Resource]] = []
        for number, text in enumerate(block, first):
            found = _line(file, key, number, text)
            if isinstance(found, dict):
                plain.append((number, found))
            else:
                yield from found
        yield load_units.of_lines(file.label, key, (first, len(block)), plain, sum(map(len, block)))
        first += len(block)


def _block(content: IO[bytes]) -> Iterator[bytes]:
    """Up to GROUP lines, fewer where they are long; the same ones whenever the file is read."""
    octets = 0
    for _ in range(GROUP):
        text = content.readline(LIMIT + 1)
        if not text:
            return
        yield text
        octets += len(text)
        while not text.endswith(b"\n") and (text := content.readline(_IN_MEMORY)):
            pass
        if octets > _IN_MEMORY:
            return


def _line(file: File, key: str, number: int, text: bytes) -> Resource | tuple[Unit | Fault, ...]:
    """A plain resource, or what else the line holds; nothing for an empty line."""
    place = f"{file.label} entry {number + 1}"
    if len(text) <= LIMIT and not text.strip():
        return ()
    try:
        resource = _decoded(text)
        if resource["resourceType"] != "Bundle":
            return resource
        return tuple(load_units.of_resource(place, f"{key}-{number}.", resource, 0))
    except Invalid as error:
        return (Fault(place, str(error)),)


def _decoded(text: bytes) -> Resource:
    if len(text) > LIMIT:
        raise Invalid(f"longer than {LIMIT // 1024 // 1024} MiB")
    return documents.json(text)


_FORMATS = {"json": _json, "ndjson": _ndjson}
