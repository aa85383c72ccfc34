"""What a path holds: a file itself, or the members of a tar or zip archive, each by its number in it.

A format of archives is a row in KINDS.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TypeAlias

TARS = (".tar", ".tar.xz", ".txz", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
_CHUNK = 1024 * 1024

Opening: TypeAlias = Callable[[], IO[bytes]]
"""Opens a content. That of a member must be read before the next one is asked for."""


@dataclass(frozen=True, slots=True)
class Member:
    """One content: its name inside the archive, empty for a file itself, and how many octets it has."""

    name: str
    size: int
    open: Opening


def members(path: Path) -> Iterator[Member]:
    """Every member in order, also those of one name; raises what the formats raise as soon as damage shows."""
    yield from KINDS[kind(path)](path)


def kind(path: Path) -> str:
    """Which row of KINDS a path is of, by its name."""
    name = path.name.lower()
    if name.endswith(TARS):
        return "tar"
    return "zip" if name.endswith(".zip") else "plain"


class _Header(tarfile.TarInfo):
    """A header of a tar archive. tarfile takes one that is damaged or missing for the end; the members behind it
    would be lost in silence.
    """

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Header:
        """The next header; raises ReadError unless there is one or the mark of the end."""
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # the stubs lack it
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"damaged or cut short ({error})") from error


def _plain(path: Path) -> Iterator[Member]:
    yield Member("", path.stat().st_size, lambda: path.open("rb"))


def _tar(path: Path) -> Iterator[Member]:
    with tarfile.open(path, tarinfo=_Header) as archive:
        for member in archive:
            if member.isfile():
                yield Member(member.name, member.size, partial(_extracted, archive, member))
        while archive.fileobj and archive.fileobj.read(_CHUNK):  # the checksum of what is compressed stands at its end
            pass


def _extracted(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None  # it is a file
    return content


def _zip(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                yield Member(member.filename, member.file_size, partial(archive.open, member))


KINDS: Mapping[str, Callable[[Path], Iterator[Member]]] = {"plain": _plain, "tar": _tar, "zip": _zip}
"""How each kind of path is read."""
