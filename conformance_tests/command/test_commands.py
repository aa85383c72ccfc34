"""The one command: help everywhere, errors in one line, what each subcommand says and answers."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import tarfile
import zipfile
from pathlib import Path

import pytest

from conformance_tests.command.processes import almoner, serving
from conformance_tests.hl7v2.messages import A04
from server import config
from server.hl7v2 import mllp

COMMANDS = ("serve", "load", "tour", "validate", "fhirpath")
PATIENT = {"resourceType": "Patient", "id": "a", "name": [{"family": "Berg", "given": ["Anna"]}]}


@pytest.mark.parametrize("command", [(), *((one,) for one in COMMANDS)])
def test_help_is_everywhere(command: tuple[str, ...], tmp_path: Path) -> None:
    ended = almoner(*command, "--help", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Usage: ")


def test_the_version_is_told(tmp_path: Path) -> None:
    assert almoner("--version", cwd=tmp_path).stdout.startswith("almoner, version ")


ERRORS = (
    ("serve", "--port", "x"),
    ("serve", "--port", "70000"),
    ("serve", "--workers", "0"),
    ("serve", "--workers", "65"),
    ("serve", "--workers", "9" * 24),
    ("serve", "--zone", "Nowhere/Land"),
    ("serve", "--mllp-port", "1"),
    ("serve", "--ig", "nothing.tgz"),
    ("serve", "--port", "0", "--ig", "bad.tgz"),
    ("serve", "--zone", "America"),
    ("serve", "--port", "0", "--host", "\udcff"),
    ("load", "nothing.json"),
    ("load", "--data", "good.json", "good.json"),
    ("load", "--data", "folder", "good.json"),
    ("load", "--mongo", "mongodb://127.0.0.1:99999/x", "good.json"),
    ("load", "--mongo", "mongodb://127.0.0.1:1/x?tls=true&tlsCAFile=/nowhere", "good.json"),
    ("load", "--url", "http://127.0.0.1:9/fhir", "good.json"),
    ("validate", "nothing.json"),
    ("fhirpath", "name", "nothing.json"),
    ("fhirpath", "name.(", "good.json"),
    ("fhirpath", "name", "bad.json"),
)


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_an_error_is_one_line_and_a_nonzero_exit(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(PATIENT))
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "folder" / "almoner.sqlite").mkdir(parents=True)
    with tarfile.open(tmp_path / "bad.tgz", "w:gz") as archive:
        archive.add(tmp_path / "bad.json", "package/package.json")
    ended = almoner(*arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [("load", "good.json"), ("tour",)], ids=" ".join)
@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://127.0.0.1:x", "http://127.0.0.1:99999", "http://a\x01", "http://xn--a/", "a", "http://a?b"],
)
def test_a_url_that_is_none_is_one_line(command: tuple[str, ...], url: str, tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(PATIENT))
    ended = almoner(*command, "--url", url, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "Error: --url must be an http or https URL such as http://127.0.0.1:8080/fhir\n"


def test_an_option_that_is_none_is_refused(tmp_path: Path) -> None:
    assert almoner("serve", "--nonsense", cwd=tmp_path).returncode == 2


def test_settings_come_from_the_environment_and_the_command_line_wins(tmp_path: Path) -> None:
    variables = {"ALMONER_DATA": "from-environment", "ALMONER_OPEN": "yes", "ALMONER_PORT": "1"}
    with serving("--data", "from-option", cwd=tmp_path, variables=variables):
        assert (tmp_path / "from-option" / "almoner.sqlite").exists()
        assert not (tmp_path / "from-environment").exists()


@pytest.mark.parametrize("setting", config.SETTINGS, ids=lambda one: one.name)
def test_every_setting_is_an_option_and_a_variable(setting: config.Setting, tmp_path: Path) -> None:
    shown = almoner("serve", "--help", cwd=tmp_path).stdout
    assert setting.option in shown
    assert setting.variable in shown


def test_expressions_are_evaluated_a_value_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(PATIENT))
    ended = almoner("fhirpath", "name.family | name.given | 1.50", "a.json", cwd=tmp_path)
    assert ended.stdout.splitlines() == ['"Berg"', '"Anna"', "1.50"]


def test_expressions_are_evaluated_on_xml_too(tmp_path: Path) -> None:
    text = '<Patient xmlns="http://hl7.org/fhir"><multipleBirthInteger value="2"/></Patient>'
    (tmp_path / "a.xml").write_text(text)
    assert almoner("fhirpath", "Patient.multipleBirth", "a.xml", cwd=tmp_path).stdout == "2\n"


def test_faults_of_files_are_listed_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(PATIENT))
    (tmp_path / "b.ndjson").write_text(json.dumps(PATIENT) + "\n" + json.dumps({**PATIENT, "gender": "x"}) + "\n{\n")
    (tmp_path / "c.xml").write_text('<Patient xmlns="http://hl7.org/fhir"><birthDate value="2026-02-30"/></Patient>')
    ended = almoner("validate", "a.json", "b.ndjson", "c.xml", cwd=tmp_path)
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["b.ndjson:2", "b.ndjson:3", "c.xml"]
    assert "Patient.gender" in lines[0]
    assert "Patient.birthDate" in lines[2]
    assert ended.stderr == "5 resources, 3 with errors\n"


def test_valid_files_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(PATIENT))
    with tarfile.open(tmp_path / "all.tar.xz", "w:xz") as archive:
        archive.add(tmp_path / "a.json", "a.json")
    ended = almoner("validate", "all.tar.xz", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "1 resources, 0 with errors\n")


@pytest.mark.parametrize("arguments", [["nothing"], ["serve", "--nothing"], ["load"], ["fhirpath", "1"], ["--nothing"]])
def test_an_error_of_usage_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    ended = almoner(*arguments, cwd=tmp_path)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)
    assert "--help" in ended.stderr


def _damaged(folder: Path) -> None:
    """A good file, an archive with a wrong byte in one of two members, and one that is none."""
    (folder / "good.json").write_text(json.dumps(PATIENT))
    with zipfile.ZipFile(folder / "bad.zip", "w") as archive:
        for name in ("b", "c"):
            archive.writestr(f"{name}.json", json.dumps({**PATIENT, "id": name}))
    (folder / "bad.zip").write_bytes((folder / "bad.zip").read_bytes().replace(b'"id": "b"', b'"id": "d"'))
    (folder / "none.tar.xz").write_bytes(bytes(range(256)) * 20)


def test_what_can_be_read_is_loaded_and_what_is_damaged_is_named(tmp_path: Path) -> None:
    _damaged(tmp_path)
    ended = almoner("load", "--data", "store", ".", cwd=tmp_path)
    *failures, summary, error = (line for line in ended.stderr.splitlines() if " %, " not in line)
    assert sorted(line.partition(": ")[0] for line in failures) == ["bad.zip:b.json", "none.tar.xz"]
    assert summary.startswith("2 resources loaded in ")
    assert summary.endswith(", 2 failed")
    assert (ended.returncode, error) == (1, "Error: 2 resources could not be loaded")


def test_what_can_be_read_is_validated_and_what_is_damaged_is_an_error(tmp_path: Path) -> None:
    _damaged(tmp_path)
    ended = almoner("validate", ".", cwd=tmp_path)
    assert [line.partition(": ")[0] for line in ended.stdout.splitlines()] == ["bad.zip:b.json", "none.tar.xz"]
    assert (ended.returncode, ended.stderr) == (1, "4 resources, 2 with errors\n")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_all_loaded(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, id_ in (("a", "a"), ("a", "b"), ("b", "c")):
            archive.writestr(f"{name}.json", json.dumps({**PATIENT, "id": id_}))
    for loaded, skipped in ((3, 0), (0, 3)):
        ended = almoner("load", "--data", "store", "a.zip", cwd=tmp_path)
        summary = ended.stderr.splitlines()[-1]
        assert summary.startswith(f"{loaded} resources loaded in ")
        assert summary.endswith(f", {skipped} skipped as loaded before, 0 failed")


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "example.org/fhir",
        "ftp://example.org",
        "http://",
        "http://a/?b=c",
        "http://a/#b",
        "http://a/fhir?",
        "http://a/fhir#",
        "http://a b/fhir",
        "http://a/b c",
        " http://a",
        "http://[a/fhir",
        "http://a:b/fhir",
        "http://a:70000/fhir",
    ],
)
def test_a_base_url_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    ended = almoner("serve", "--open", "--base-url", url, cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert "--base-url (or ALMONER_BASE_URL) must be an http or https URL such as" in ended.stderr


def test_a_port_of_messages_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = almoner("serve", "--open", "--port", "0", "--mllp-port", port, cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert port in ended.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_port_of_messages_that_was_free_is_told(workers: str, tmp_path: Path) -> None:
    with serving("--open", "--mllp-port", "0", "--workers", workers, cwd=tmp_path) as served:
        told = re.search(r"HL7 v2 \(MLLP\) on 127\.0\.0\.1:(\d+)", served.output.read_text())
        assert told is not None
        answer = asyncio.run(mllp.send("127.0.0.1", int(told[1]), A04.encode()))
    assert b"\rMSA|AA|MSG1\r" in answer


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "almoner.sqlite").write_bytes(b"nonsense" * 1000)
    ended = almoner("serve", "--open", "--port", "0", cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert "no SQLite database" in ended.stderr


def test_a_closed_server_says_what_it_answers(tmp_path: Path) -> None:
    with serving(cwd=tmp_path) as served:
        text = served.output.read_text()
    assert "no sign-in yet" in text
    assert "$report" not in text


def test_two_stores_at_once_are_refused(tmp_path: Path) -> None:
    ended = almoner("serve", "--data", "store", "--mongo", "mongodb://127.0.0.1:1/x", cwd=tmp_path)
    assert ended.returncode != 0
    assert "give one of them" in ended.stderr


def test_a_server_and_a_store_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(PATIENT))
    ended = almoner("load", "--url", "http://127.0.0.1:1/fhir", "--data", "store", "a.json", cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert not (tmp_path / "store").exists()


def test_a_store_that_an_option_names_replaces_that_of_the_environment(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**PATIENT, "id": "a"}))
    variables = {"ALMONER_MONGO": "mongodb://127.0.0.1:1/x"}
    ended = almoner("load", "--data", "store", "a.json", cwd=tmp_path, variables=variables)
    assert (ended.returncode, (tmp_path / "store").is_dir()) == (0, True)


@pytest.mark.slow
def test_files_are_loaded_into_a_store_without_a_server(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text("\n".join(json.dumps({**PATIENT, "id": f"p{number}"}) for number in range(300)))
    first = almoner("load", "--data", "store", "a.ndjson", cwd=tmp_path)
    second = almoner("load", "--data", "store", "a.ndjson", cwd=tmp_path)
    assert first.returncode == second.returncode == 0
    assert "300 resources loaded" in first.stderr
    assert "0 resources loaded" in second.stderr
    assert "300 skipped" in second.stderr


def test_the_example_practice_is_loaded_into_an_empty_store_only(tmp_path: Path) -> None:
    for loaded in (True, False):
        with serving("--open", "--demo", cwd=tmp_path) as served:
            assert ("example practice" in served.output.read_text()) is loaded


def test_an_open_server_says_so(tmp_path: Path) -> None:
    with serving("--open", cwd=tmp_path) as served:
        assert "OPEN: anyone at this machine" in served.output.read_text()
