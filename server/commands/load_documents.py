"""From the octets of a file to units, a bounded part of it in memory at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import file_digest
from typing import IO

from server.commands import documents, load_files, load_units
from server.commands.load_archives import Opening
from server.commands.load_files import File, Unreadable
from server.commands.load_units import GROUP, Fault, Unit
from server.fhir.errors import Invalid
from server.fhir.resource import Resource

LIMIT = 64 * 1024 * 1024
"""The longest document, a JSON file or a line of NDJSON, in octets."""
_IN_MEMORY = 8 * 1024 * 1024


def units(file: File, opening: Opening) -> Iterator[Unit | Fault]:
    """The units of one file in order, and what is wrong with the rest: all of it where it cannot be read."""
    with ExitStack() as stack:
        try:
            key, content = _at_hand(file, opening, stack)
        except Unreadable as error:
            yield Fault(error.place, error.reason, file.size)
        else:
            yield from _FORMATS[file.format](file, key, content)


def _at_hand(file: File, opening: Opening, stack: ExitStack) -> tuple[str, IO[bytes]]:
    """The digest of a content and the content; of a member nothing is used before all of it is read."""
    with load_files.reading(file):
        content = stack.enter_context(opening())
        if file.member:
            content = _copy(content, stack)
        content.seek(0)
        key = file_digest(content, "sha256").hexdigest()[:40]  # type: ignore[arg-type]  # any binary file
        content.seek(0)
        return key, content


def _copy(content: IO[bytes], stack: ExitStack) -> IO[bytes]:
    copy = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115  # the stack closes it
    shutil.copyfileobj(content, copy)
    return copy


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
