"""Loading: everything once, nothing twice, and a bad resource does not take its neighbours with it."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from conformance_tests.load.memory import Memory
from server.commands import load_files
from server.commands.load_progress import Progress
from server.commands.load_run import Loading
from server.commands.load_spool import Spool
from server.commands.load_target import Persistent, Stopped
from server.fhir.errors import Unavailable
from server.fhir.resource import Resource


def patient(number: int) -> Resource:
    return {"resourceType": "Patient", "id": f"p{number}", "name": [{"text": str(number)}]}


def nameless(number: int) -> Resource:
    return {"resourceType": "Patient", "id": f"p{number}"}


def transaction(*resources: Resource) -> Resource:
    entries = [{"resource": one, "request": {"method": "POST", "url": one["resourceType"]}} for one in resources]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def write(path: Path, resources: Iterable[Resource]) -> Path:
    path.write_text("\n".join(map(json.dumps, resources)))
    return path


def load(memory: Memory, *paths: Path, width: int = 3) -> tuple[int, int, int, list[str]]:
    files = load_files.inventory(paths)
    shown = io.StringIO()
    progress = Progress(Console(file=shown), sum(file.size for file in files))
    with Spool() as spool:
        asyncio.run(Loading(Persistent(memory, (0.0, 0.0)), progress, spool, width).run(files))
    return progress.loaded, progress.skipped, progress.failed, shown.getvalue().splitlines()


def ids(memory: Memory) -> list[str]:
    return sorted(str(one["id"]) for one in memory.of("Patient"))


def test_every_resource_of_every_file_is_stored(tmp_path: Path) -> None:
    memory = Memory()
    first = write(tmp_path / "a.ndjson", (patient(number) for number in range(450)))
    second = write(tmp_path / "b.json", [transaction({"resourceType": "Basic"}, patient(900))])
    assert load(memory, first, second) == (452, 0, 0, [])
    assert len(memory.of("Patient")) == 451


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.ndjson", [patient(1), {"resourceType": "Basic"}, transaction({"resourceType": "Basic"})])
    load(memory, path)
    before = dict(memory.stored)
    assert load(memory, path) == (0, 3, 0, [])
    assert memory.stored == before


def test_the_same_content_under_another_name_is_not_loaded_again(tmp_path: Path) -> None:
    memory = Memory()
    load(memory, write(tmp_path / "a.json", [{"resourceType": "Basic"}]))
    assert load(memory, write(tmp_path / "b.json", [{"resourceType": "Basic"}])) == (0, 1, 0, [])


def test_a_bad_resource_does_not_take_its_neighbours_with_it(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.ndjson", [nameless(n) if n in (3, 150) else patient(n) for n in range(200)])
    loaded, skipped, failed, lines = load(memory, path)
    assert (loaded, skipped, failed) == (198, 0, 2)
    assert lines == [f"{path} entry {number}: 422 Patient.name: a name is required" for number in (4, 151)]
    assert len(memory.of("Patient")) == 198


def test_after_a_failure_only_what_failed_is_sent_again(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.ndjson", [nameless(3), *({"resourceType": "Basic"} for _ in range(99))])
    load(memory, path)
    before = dict(memory.stored)
    loaded, skipped, failed, _ = load(memory, path)
    assert (loaded, skipped, failed) == (0, 99, 1)
    assert memory.stored == before


def test_a_transaction_fails_whole(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.json", [transaction(patient(1), nameless(2))])
    assert load(memory, path) == (0, 0, 2, [f"{path}: 422 Patient.name: a name is required"])
    assert memory.stored == {}


def test_one_resource_twice_in_a_group_is_stored_in_its_last_form(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.ndjson", [patient(1), patient(2), {**patient(1), "active": True}, patient(4)])
    assert load(memory, path) == (4, 0, 0, [])
    assert memory.stored["Patient/p1"] == {**patient(1), "active": True}


def test_what_refers_to_a_later_file_is_tried_again_after_it(tmp_path: Path) -> None:
    memory = Memory()
    for number in range(4):
        reference = f"Organization?identifier=o{number + 1}"
        organization = {"resourceType": "Organization", "identifier": [{"value": f"o{number}"}]}
        linked = {**organization, "partOf": {"reference": reference}} if number < 3 else organization
        write(tmp_path / f"{number}.json", [transaction(linked)])
    assert load(memory, tmp_path, width=1) == (4, 0, 0, [])


def test_what_refers_to_nothing_fails_in_the_end(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.json", [transaction({**patient(1), "link": [{"reference": "Patient?identifier=x"}]})])
    write(tmp_path / "b.json", [transaction(patient(2))])
    assert load(memory, tmp_path) == (1, 0, 1, [f"{path}: 412 no Patient matches"])


def test_an_outage_is_waited_for(tmp_path: Path) -> None:
    memory = Memory()
    memory.outages = 2
    assert load(memory, write(tmp_path / "a.json", [patient(1)])) == (1, 0, 0, [])


def test_a_lasting_outage_ends_the_run(tmp_path: Path) -> None:
    memory = Memory()
    memory.outages = 1000
    with pytest.raises(Stopped, match="out of order"):
        load(memory, write(tmp_path / "a.json", [patient(1)]))


def test_an_answer_lost_on_the_way_does_not_store_twice(tmp_path: Path) -> None:
    memory = Memory()
    lost: list[int] = []

    def lose_the_first() -> None:
        if not lost:
            lost.append(1)
            raise Unavailable("the answer was lost")

    memory.after = lose_the_first
    path = write(tmp_path / "a.json", [{"resourceType": "Basic", "code": {"text": "once"}}])
    assert load(memory, path) == (1, 0, 0, [])
    assert [one for one in memory.of("Basic") if one["code"].get("text") == "once"] == [
        {"resourceType": "Basic", "code": {"text": "once"}}
    ]


def test_a_run_that_was_stopped_is_resumed(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.ndjson", ({"resourceType": "Basic", "language": str(n)} for n in range(1000)))

    def stop() -> None:
        if memory.bundles == 3:
            raise Stopped("enough")

    memory.after = stop
    with pytest.raises(Stopped, match="enough"):
        load(memory, path, width=1)
    memory.after = lambda: None
    assert load(memory, path) == (400, 600, 0, [])
    assert sorted(int(one["language"]) for one in memory.of("Basic") if "language" in one) == list(range(1000))


def test_two_runs_at_once_store_nothing_twice(tmp_path: Path) -> None:
    memory = Memory()
    some = ({"resourceType": "Basic", "language": str(number)} for number in range(63))
    files = load_files.inventory([write(tmp_path / "a.ndjson", [nameless(1), *some])])

    async def both() -> None:
        await asyncio.gather(*(Loading(memory, quiet(), spool, 2).run(files) for spool in spools))

    with Spool() as one, Spool() as other:
        spools = (one, other)
        asyncio.run(both())
    assert sorted(int(one["language"]) for one in memory.of("Basic") if "language" in one) == list(range(63))


def test_a_division_that_cannot_be_recorded_divides_nothing(tmp_path: Path) -> None:
    memory = Memory()
    memory.refuses = "divided"
    path = write(tmp_path / "a.ndjson", [nameless(1), patient(2)])
    assert load(memory, path) == (0, 0, 2, [f"{path} entry 1-2: 422 not here"])
    assert memory.stored == {}


def test_members_of_an_archive_are_loaded(tmp_path: Path) -> None:
    memory = Memory()
    path = write(tmp_path / "a.ndjson", (patient(number) for number in range(3)))
    with tarfile.open(tmp_path / "a.tar.xz", "w:xz") as archive:
        archive.add(path, "inner/a.ndjson")
    assert load(memory, tmp_path / "a.tar.xz") == (3, 0, 0, [])
    assert load(memory, path) == (0, 3, 0, [])


@settings(max_examples=40)
@given(st.lists(st.sampled_from(("created", "put", "bad", "broken")), min_size=1, max_size=24), st.integers(1, 12))
def test_however_often_a_run_is_cut_off_each_good_resource_is_stored_once(kinds: list[str], reach: int) -> None:
    memory = Memory()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.ndjson"
        path.write_text("\n".join(LINES[kind].replace("0", str(number)) for number, kind in enumerate(kinds)))
        for end in (memory.bundles + reach, memory.bundles + 2 * reach):
            cut_off(memory, path, end)
        assert load(memory, path)[2] == len([kind for kind in kinds if kind in ("bad", "broken")])
    created = [int(one["language"]) for one in memory.of("Basic") if "language" in one]
    assert sorted(created) == [number for number, kind in enumerate(kinds) if kind == "created"]
    assert ids(memory) == sorted(f"p{number}" for number, kind in enumerate(kinds) if kind == "put")


LINES = {
    "created": '{"resourceType":"Basic","language":"0"}',
    "put": '{"resourceType":"Patient","id":"p0","name":[{"text":"a"}]}',
    "bad": '{"resourceType":"Patient","id":"p0"}',
    "broken": '{"resourceType":',
}


def cut_off(memory: Memory, path: Path, end: int) -> None:
    """Run until so many Bundles have been stored, or to the end; the answer to the last one is lost."""

    def stop() -> None:
        if memory.bundles >= end:
            raise Stopped("cut off")

    memory.after = stop
    with suppress(Stopped):
        load(memory, path)
    memory.after = lambda: None


def quiet() -> Progress:
    return Progress(Console(file=io.StringIO()), 1)


def test_unreadable_documents_are_reported_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"resourceType":"Basic","id":"1"}\nnonsense\n')
    loaded, skipped, failed, lines = load(Memory(), path)
    assert (loaded, skipped, failed) == (1, 0, 1)
    assert [line.partition(": ")[0] for line in lines] == [f"{path} entry 2"]


def test_of_one_resource_the_last_version_wins_though_earlier_ones_are_divided(tmp_path: Path) -> None:
    memory = Memory()
    monday = write(tmp_path / "a.ndjson", [*(patient(number) for number in range(40)), nameless(77)])
    tuesday = write(tmp_path / "b.ndjson", [{**patient(number), "active": False} for number in range(40)])
    assert load(memory, monday, tuesday)[:3] == (80, 0, 1)
    assert all(one["active"] is False for one in memory.of("Patient"))


def test_a_version_waits_for_an_earlier_one_that_is_set_aside(tmp_path: Path) -> None:
    memory = Memory()
    early = {**patient(1), "link": [{"other": {"reference": "Patient?identifier=late"}, "type": "seealso"}]}
    late = {**patient(2), "identifier": [{"value": "late"}]}
    paths = [
        write(tmp_path / "a.json", [early]),
        write(tmp_path / "b.json", [{**patient(1), "active": False}]),
        write(tmp_path / "c.json", [late]),
    ]
    assert load(memory, *paths)[:3] == (3, 0, 0)
    assert memory.stored["Patient/p1"]["active"] is False


def test_a_version_is_stored_after_all_when_an_earlier_one_cannot_be(tmp_path: Path) -> None:
    memory = Memory()
    bad = [write(tmp_path / f"{name}.json", [{**nameless(1), "language": name}]) for name in "ab"]
    paths = [
        *bad,
        write(tmp_path / "c.json", [patient(1)]),
        write(tmp_path / "d.json", [{**patient(1), "active": True}]),
    ]
    loaded, skipped, failed, lines = load(memory, *paths)
    assert (loaded, skipped, failed, len(lines)) == (2, 0, 2, 2)
    assert memory.stored["Patient/p1"]["active"] is True
