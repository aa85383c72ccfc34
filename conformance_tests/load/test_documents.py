"""From files to what is sent, http://hl7.org/fhir/R4/nd-json.html among them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from server.commands import load_documents, load_files
from server.commands.load_units import GROUP, Fault, Unit

LINE = '{{"resourceType":"Basic","id":"{}"}}'


def found(path: Path, text: str) -> list[Unit | Fault]:
    path.write_text(text)
    return [
        one
        for file, opening in load_files.opened(load_files.inventory([path]))
        for one in load_documents.units(file, opening)
    ]


def spans(path: Path, text: str) -> list[tuple[int, int, int]]:
    return [(unit.first, unit.count, len(unit.entries)) for unit in found(path, text) if isinstance(unit, Unit)]


def test_the_key_is_the_digest_of_the_content(tmp_path: Path) -> None:
    text = LINE.format(1)
    for name in ("a.json", "b.ndjson"):
        (unit,) = found(tmp_path / name, text)
        assert isinstance(unit, Unit)
        assert unit.key == hashlib.sha256(text.encode()).hexdigest()[:40]


def test_a_mark_of_byte_order_is_no_part_of_the_first_resource(tmp_path: Path) -> None:
    for name in ("a.json", "b.ndjson"):
        (unit,) = found(tmp_path / name, "\ufeff" + LINE.format(1))
        assert isinstance(unit, Unit)
        assert len(unit.entries) == 1


def test_lines_are_grouped(tmp_path: Path) -> None:
    text = "\n".join(LINE.format(number) for number in range(GROUP + 3))
    assert spans(tmp_path / "a.ndjson", text) == [(0, GROUP, GROUP), (GROUP, 3, 3)]


def test_empty_lines_count_but_are_not_sent(tmp_path: Path) -> None:
    assert spans(tmp_path / "a.ndjson", f"\n{LINE.format(1)}\r\n \n{LINE.format(2)}\n\n") == [(0, 5, 2)]


def test_a_broken_line_is_a_fault_of_its_own(tmp_path: Path) -> None:
    fault, unit = found(tmp_path / "a.ndjson", f"{LINE.format(1)}\n{{\n{LINE.format(2)}\n")
    assert isinstance(fault, Fault)
    assert fault.place.endswith("a.ndjson entry 2")
    assert isinstance(unit, Unit)
    assert [number for number, _ in unit.entries] == [0, 2]


def test_a_bundle_on_a_line_keeps_to_itself(tmp_path: Path) -> None:
    bundle = '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Basic"}}]}'
    refused = '{"resourceType":"Bundle","type":"history"}'
    whole, fault, unit = found(tmp_path / "a.ndjson", f"{LINE.format(1)}\n{bundle}\n{refused}\n")
    assert isinstance(whole, Unit)
    assert (whole.key[40:], whole.first, whole.count, whole.whole) == ("-1.", 0, 1, True)
    assert isinstance(fault, Fault)
    assert isinstance(unit, Unit)
    assert [number for number, _ in unit.entries] == [0]


def test_a_group_of_long_lines_ends_early(tmp_path: Path) -> None:
    line = '{"resourceType":"Basic","id":"1","language":"' + "x" * 5_000_000 + '"}\n'
    assert spans(tmp_path / "a.ndjson", line * 3) == [(0, 2, 2), (2, 1, 1)]


def test_a_document_that_is_too_long_is_a_fault_and_the_next_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    with path.open("wb") as file:
        file.write(b" " * (load_documents.LIMIT + 20_000_000) + b"\n" + LINE.format(2).encode())
    first, *rest = found_in(path)
    assert isinstance(first, Fault)
    assert first.reason == "longer than 64 MiB"
    assert [len(unit.entries) for unit in rest if isinstance(unit, Unit)] == [0, 1]


def found_in(path: Path) -> list[Unit | Fault]:
    return [
        one
        for file, opening in load_files.opened(load_files.inventory([path]))
        for one in load_documents.units(file, opening)
    ]


def test_a_json_file_that_is_no_resource_is_a_fault(tmp_path: Path) -> None:
    assert found(tmp_path / "a.json", "[]") == [
        Fault(str(tmp_path / "a.json"), "the body is not a resource: it has no resourceType", 2)
    ]
