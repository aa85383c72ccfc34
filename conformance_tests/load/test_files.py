"""What the paths given to `almoner load` may be."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from server.commands import load_documents, load_files
from server.commands.load_files import Unreadable

NAMES = ("b.json", "deep/a.ndjson", "practitionerInformation1.json", "hospitalInformation1.json", "README.md")
ORDER = ["hospitalInformation1.json", "practitionerInformation1.json", "b.json", "deep/a.ndjson"]


def directory(root: Path) -> Path:
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def archive(path: Path, mode: Literal["w", "w:xz", "w:gz"]) -> Path:
    with tarfile.open(path, mode) as tar:
        tar.add("/dev/null", "empty")
        for name in NAMES:
            member = tarfile.TarInfo(name)
            member.size = len(name)
            tar.addfile(member, io.BytesIO(name.encode()))
    return path


def contents(*paths: Path) -> list[str]:
    return [content.read().decode() for _, content in load_files.opened(load_files.inventory(paths))]


def test_a_directory_gives_its_files_those_that_others_refer_to_first(tmp_path: Path) -> None:
    assert contents(directory(tmp_path)) == ORDER


@pytest.mark.parametrize(("suffix", "mode"), [("tar", "w"), ("tar.xz", "w:xz"), ("tar.gz", "w:gz"), ("TGZ", "w:gz")])
def test_a_tar_archive_is_read_as_a_directory_is(
    tmp_path: Path, suffix: str, mode: Literal["w", "w:xz", "w:gz"]
) -> None:
    assert contents(archive(tmp_path / f"a.{suffix}", mode)) == ORDER


def test_a_zip_archive_is_read_as_a_directory_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in NAMES:
            archive.writestr(name, name)
    assert contents(tmp_path / "a.zip") == ORDER


def test_several_paths_are_put_in_one_order(tmp_path: Path) -> None:
    tar = archive(tmp_path / "a.tar", "w")
    assert contents(directory(tmp_path / "d"), tar)[:4] == [name for name in ORDER[:2] for _ in range(2)]


def test_a_member_is_labelled_by_archive_and_name(tmp_path: Path) -> None:
    (file, *_) = load_files.inventory([archive(tmp_path / "a.tar", "w")])
    assert (file.label, file.size) == ("a.tar:hospitalInformation1.json", 25)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tar.xz", b"no archive", "a.tar.xz: "),
        ("a.zip", b"no archive", "a.zip: "),
        ("a.csv", b"x", r"a.csv: not a \.json"),
        ("a.json", None, "a.json: there is no such file or directory"),
    ],
)
def test_a_path_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=message):
        load_files.inventory([tmp_path / name])


def test_an_archive_cut_short_is_found_before_anything_is_loaded(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar.xz", "w:xz")
    path.write_bytes(path.read_bytes()[:-120])
    with pytest.raises(Unreadable, match=r"a\.tar\.xz: "):
        load_files.inventory([path])


def _damaged(path: Path, place: int, value: int) -> Path:
    """A ZIP archive of one line a hundred times, whose headers and content have a wrong byte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ndjson", b'{"resourceType":"Basic","id":"a"}\n' * 100)
    text = bytearray(path.read_bytes())
    text[place] = value
    if place < 30:
        text[text.index(b"PK\x01\x02") + place + 2] = value
    path.write_bytes(text)
    return path


DAMAGE = {
    "a content that is not compressed so": (45, 0xFF),
    "a password": (6, 1),
    "a compression that is not known": (8, 97),
    "a checksum that is wrong": (14, 0),
    "a version to come": (4, 99),
    "another name in its header": (30, ord("b")),
}


@pytest.mark.parametrize("place", DAMAGE.values(), ids=DAMAGE)
def test_a_member_that_cannot_be_read_names_its_archive(tmp_path: Path, place: tuple[int, int]) -> None:
    path = _damaged(tmp_path / "a.zip", *place)
    with pytest.raises(Unreadable, match=r"\A[^\n]*/a\.zip: [^\n]+\Z"):
        _load(path)


def _load(path: Path) -> None:
    for file, content in load_files.opened(load_files.inventory([path])):
        list(load_documents.units(file, content))


def test_a_file_that_vanishes_meanwhile_is_named(tmp_path: Path) -> None:
    files = load_files.inventory([directory(tmp_path)])
    (tmp_path / "b.json").unlink()
    with pytest.raises(Unreadable, match=r"b\.json"):
        list(load_files.opened(files))
