"""What the paths given to `almoner load` may be."""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from server.commands import load_documents, load_files
from server.commands.load_files import Unreadable
from server.commands.load_units import Fault, Unit

NAMES = ("b.json", "deep/a.ndjson", "practitionerInformation1.json", "hospitalInformation1.json", "README.md")
BASIC = '{"resourceType":"Basic"}'
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
    found = []
    for _, opening in load_files.opened(load_files.inventory(paths)):
        with opening() as content:
            found.append(content.read().decode())
    return found


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
    [("a.csv", b"x", r"a.csv: not a \.json"), ("a.json", None, "a.json: there is no such file or directory")],
)
def test_a_path_that_is_none_to_load_is_named(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=message):
        load_files.inventory([tmp_path / name])


@pytest.mark.parametrize("name", ["bad.tar.xz", "bad.zip", "bad.tar"])
def test_an_archive_that_is_none_is_a_fault_beside_the_others(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no archive")
    (tmp_path / "good.json").write_text(BASIC)
    assert found(tmp_path) == (["good.json"], [name])


@pytest.mark.parametrize(("suffix", "mode"), [("tar", "w"), ("tar.xz", "w:xz"), ("tar.gz", "w:gz")])
def test_what_precedes_the_cut_of_an_archive_is_loaded_and_the_cut_named(
    tmp_path: Path, suffix: str, mode: Literal["w", "w:xz", "w:gz"]
) -> None:
    path = tmp_path / f"a.{suffix}"
    with tarfile.open(path, mode) as tar:
        for number in range(30):
            _add(tar, f"{number}.json", BASIC.encode() + os.urandom(9000).hex().encode())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    files = load_files.inventory([path])
    assert 5 < len(files) < 25
    assert [file.label for file in files if file.damage] == [str(path)]


def test_a_damaged_header_of_a_tar_archive_is_not_its_end(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for name in ("a.json", "b.json", "c.json"):
            _add(tar, name, BASIC.encode())
    text = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(text.replace(b"b.json", b"B.json"))
    assert found(tmp_path) == (["a.tar:a.json"], ["a.tar"])


def test_a_tar_archive_without_its_mark_of_the_end_may_lack_more(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        _add(tar, "a.json", BASIC.encode())
    (tmp_path / "a.tar").write_bytes((tmp_path / "a.tar").read_bytes()[:1024])
    assert found(tmp_path) == (["a.tar:a.json"], ["a.tar"])


def test_a_compressed_archive_whose_checksum_is_wrong_is_damaged(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar.gz", "w:gz")
    text = bytearray(path.read_bytes())
    text[-8] ^= 1
    path.write_bytes(text)
    assert [file.label for file in load_files.inventory([path]) if file.damage] == [str(path)]


def test_a_damaged_member_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zip_:
        for name in ("a", "b", "c"):
            zip_.writestr(f"{name}.json", json.dumps({"resourceType": "Basic", "id": name}))
    text = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(text.replace(b'"id": "b"', b'"id": "d"'))
    assert found(tmp_path) == (["a.zip:a.json", "a.zip:c.json"], ["a.zip:b.json"])


@pytest.mark.parametrize("suffix", ["tar", "zip"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_all_read(tmp_path: Path, suffix: str) -> None:
    texts = [json.dumps({"resourceType": "Basic", "id": id_}) for id_ in ("a", "b", "c")]
    names = ("a.json", "a.json", "b.json")
    path = tmp_path / f"a.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(path, "w") as zip_:
            for name, text in zip(names, texts, strict=True):
                zip_.writestr(name, text)
    else:
        with tarfile.open(path, "w") as tar:
            for name, text in zip(names, texts, strict=True):
                _add(tar, name, text.encode())
    assert contents(path) == texts
    assert [file.member for file in load_files.inventory([path])] == ["a.json", "a.json (2)", "b.json"]


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def found(folder: Path) -> tuple[list[str], list[str]]:
    """The places below a folder of what can be sent and of what cannot."""
    units = list(_load(folder))
    label = str(folder) + "/"
    sent = [one.label.removeprefix(label) for one in units if isinstance(one, Unit)]
    return sent, [one.place.removeprefix(label) for one in units if isinstance(one, Fault)]


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
def test_a_member_that_cannot_be_read_is_a_fault_in_one_line(tmp_path: Path, place: tuple[int, int]) -> None:
    (fault,) = _load(_damaged(tmp_path / "a.zip", *place))
    assert isinstance(fault, Fault)
    assert fault.place.endswith(("a.zip", "a.zip:a.ndjson"))
    assert re.fullmatch(r"[^\n]+", fault.reason)


def _load(path: Path) -> list[Unit | Fault]:
    files = load_files.opened(load_files.inventory([path]))
    return [one for file, opening in files for one in load_documents.units(file, opening)]


def test_a_file_that_vanishes_meanwhile_is_a_fault(tmp_path: Path) -> None:
    files = load_files.inventory([directory(tmp_path)])
    (tmp_path / "b.json").unlink()
    units = [one for file, opening in load_files.opened(files) for one in load_documents.units(file, opening)]
    assert Fault(str(tmp_path / "b.json"), f"[Errno 2] No such file or directory: '{tmp_path}/b.json'", 6) in units


def test_a_member_that_vanishes_meanwhile_is_a_fault(tmp_path: Path) -> None:
    files = load_files.inventory([archive(tmp_path / "a.tar", "w")])
    with tarfile.open(tmp_path / "a.tar", "w"):
        pass
    places = [one for file, opening in load_files.opened(files) for one in load_documents.units(file, opening)]
    assert places == [Fault(f"a.tar:{name}", "it is no longer there", len(name)) for name in ORDER]
