"""What the paths given to `almoner load` hold: files, members of archives, in the order to load them."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import IO

FIRST = ("hospitalinformation", "practitionerinformation")
"""How the names of files begin that others refer to; they are loaded in this order, before all others."""

FORMATS: Mapping[str, str] = {".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson"}
"""Which suffix means which format."""

TARS = (".tar", ".tar.xz", ".txz", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
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
    """A path that cannot be loaded from; the text says which and why."""


@dataclass(frozen=True, slots=True)
class File:
    """One file to load: `member` names it inside the archive at `path`, empty for a file of its own."""

    path: Path
    member: str
    size: int
    rank: int
    format: str

    @property
    def label(self) -> str:
        """The file as messages name it."""
        return f"{self.path.name}:{self.member}" if self.member else str(self.path)


def inventory(paths: Iterable[Path]) -> tuple[File, ...]:
    """All files under the paths in the order to load them; raises Unreadable."""
    found = [file for path in paths for file in _files(path)]
    return tuple(sorted(found, key=attrgetter("rank")))


def opened(files: Sequence[File]) -> Iterator[tuple[File, IO[bytes]]]:
    """Each file in order with its content, which is open until the next one is asked for; raises Unreadable.

    An archive is read in one pass for each rank its members have.
    """
    for (path, _), group in groupby(files, key=lambda file: (file.path, file.rank)):
        with reading(path):
            yield from _reader(path)(path, {file.member: file for file in group})


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Whatever goes wrong inside with the content of a path is Unreadable; a member shows its damage as it is read."""
    try:
        yield
    except _BROKEN as error:
        raise Unreadable(f"{path}: {_reason(error)}") from error


def _files(path: Path) -> Iterator[File]:
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and _known(inner):
                yield from _files(inner)
        return
    if not path.is_file():
        raise Unreadable(f"{path}: there is no such file or directory")
    if not _known(path):
        raise Unreadable(f"{path}: not a .json, .ndjson, .tar, .tar.xz, .tar.gz or .zip file")
    with reading(path):
        for member, size in _LISTERS[_kind(path)](path):
            yield _file(path, member, size)


def _reason(error: Exception) -> str:
    """What is wrong, in one line; the reasons of every format that was tried follow in others."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(": ")


def _file(path: Path, member: str, size: int) -> File:
    name = PurePosixPath(member or path.name)
    rank = next((rank for rank, start in enumerate(FIRST) if name.name.lower().startswith(start)), len(FIRST))
    return File(path, member, size, rank, FORMATS[name.suffix.lower()])


def _known(path: Path) -> bool:
    return _kind(path) != "plain" or path.suffix.lower() in FORMATS


def _kind(path: Path) -> str:
    name = path.name.lower()
    if name.endswith(TARS):
        return "tar"
    return "zip" if name.endswith(".zip") else "plain"


def _reader(path: Path) -> Callable[[Path, Mapping[str, File]], Iterator[tuple[File, IO[bytes]]]]:
    return _READERS[_kind(path)]


def _list_plain(path: Path) -> Iterator[tuple[str, int]]:
    yield "", path.stat().st_size


def _list_tar(path: Path) -> Iterator[tuple[str, int]]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and PurePosixPath(member.name).suffix.lower() in FORMATS:
                yield member.name, member.size


def _list_zip(path: Path) -> Iterator[tuple[str, int]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if PurePosixPath(member.filename).suffix.lower() in FORMATS:
                yield member.filename, member.file_size


def _read_plain(path: Path, wanted: Mapping[str, File]) -> Iterator[tuple[File, IO[bytes]]]:
    with path.open("rb") as content:
        yield wanted[""], content


def _read_tar(path: Path, wanted: Mapping[str, File]) -> Iterator[tuple[File, IO[bytes]]]:
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() and member.name in wanted else None
            if content is not None:
                yield wanted[member.name], content


def _read_zip(path: Path, wanted: Mapping[str, File]) -> Iterator[tuple[File, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        for name, file in wanted.items():
            with archive.open(name) as content:
                yield file, content


_LISTERS: Mapping[str, Callable[[Path], Iterator[tuple[str, int]]]] = {
    "plain": _list_plain,
    "tar": _list_tar,
    "zip": _list_zip,
}
_READERS: Mapping[str, Callable[[Path, Mapping[str, File]], Iterator[tuple[File, IO[bytes]]]]] = {
    "plain": _read_plain,
    "tar": _read_tar,
    "zip": _read_zip,
}
