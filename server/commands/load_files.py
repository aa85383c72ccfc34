"""What the paths given to `almoner load` hold: files, members of archives, in the order to load them."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import IO

from server.commands import load_archives
from server.commands.load_archives import Opening

FIRST = ("hospitalinformation", "practitionerinformation")
"""How the names of files begin that others refer to; they are loaded in this order, before all others."""

FORMATS: Mapping[str, str] = {".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
"""Which suffix means which format."""

_NOWHERE = -1
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # a member with a password, or in a way that zipfile does not know
    ValueError,  # a name that is not in its encoding
)


class Unreadable(Exception):
    """A path, or a file in it, that cannot be read: which one and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@dataclass(frozen=True, slots=True)
class File:
    """One file to load: `member` names it inside the archive at `path`, empty for a file of its own.

    `number` is its place in the archive, which tells members of one name apart. `damage` says why an archive cannot be
    read, or not to its end; such a file stands for what is lost of it, and opening it raises Unreadable.
    """

    path: Path
    member: str
    size: int
    rank: int
    format: str
    number: int = 0
    damage: str = ""

    @property
    def label(self) -> str:
        """The file as messages name it."""
        return f"{self.path.name}:{self.member}" if self.member else str(self.path)


def inventory(paths: Iterable[Path]) -> tuple[File, ...]:
    """All files under the paths in the order to load them; raises Unreadable for a path that nothing can be under."""
    found = [file for path in paths for file in _files(path)]
    return tuple(sorted(found, key=attrgetter("rank")))


def opened(files: Sequence[File]) -> Iterator[tuple[File, Opening]]:
    """Each file with what opens its content, which must be read before the next one is asked for.

    An archive is read in one pass for each rank its members have. Whatever is damaged shows in `reading` its content.
    """
    for (path, _), group in groupby(files, key=lambda file: (file.path, file.rank)):
        yield from _pass(path, {file.number: file for file in group})


@contextmanager
def reading(file: File) -> Iterator[None]:
    """Whatever goes wrong inside with the content of a file is Unreadable; a member shows its damage as it is read."""
    try:
        yield
    except _BROKEN as error:
        raise Unreadable(file.label, _reason(error)) from error


def _pass(path: Path, wanted: dict[int, File]) -> Iterator[tuple[File, Opening]]:
    """The wanted files of an archive by their numbers; those that it no longer shows fail when they are opened."""
    lost = "it is no longer there"
    try:
        for number, member in enumerate(load_archives.members(path)):
            if number in wanted:
                yield wanted.pop(number), member.open
            if not wanted:
                return
    except _BROKEN as error:
        lost = _reason(error)
    yield from ((file, _failing(file, file.damage or lost)) for file in wanted.values())


def _failing(file: File, reason: str) -> Opening:
    def opening() -> IO[bytes]:
        raise Unreadable(file.label, reason)

    return opening


def _files(path: Path) -> Iterator[File]:
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and _known(inner):
                yield from _members(inner)
        return
    if not path.is_file():
        raise Unreadable(str(path), "there is no such file or directory")
    if not _known(path):
        raise Unreadable(str(path), "not a .json, .ndjson, .tar, .tar.xz, .tar.gz or .zip file")
    yield from _members(path)


def _members(path: Path) -> Iterator[File]:
    """The files at a path in the order of the archive, and one for the rest of it where it is damaged."""
    names = Counter[str]()
    try:
        for number, member in enumerate(load_archives.members(path)):
            name = PurePosixPath(member.name or path.name)
            if name.suffix.lower() in FORMATS:
                names[member.name] += 1
                shown = f"{member.name} ({names[member.name]})" if names[member.name] > 1 else member.name
                yield File(path, shown, member.size, _rank(name), FORMATS[name.suffix.lower()], number)
    except _BROKEN as error:
        yield File(path, "", 0, len(FIRST), "", _NOWHERE, _reason(error))


def _reason(error: Exception) -> str:
    """What is wrong, in one line; the reasons of every format that was tried follow in others."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(": ")


def _rank(name: PurePosixPath) -> int:
    return next((rank for rank, start in enumerate(FIRST) if name.name.lower().startswith(start)), len(FIRST))


def _known(path: Path) -> bool:
    return load_archives.kind(path) != "plain" or path.suffix.lower() in FORMATS
