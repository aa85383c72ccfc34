"""`almoner load --url`: what its user sees, against a server on a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import cast

import pytest
from click.testing import CliRunner, Result

from conformance_tests.load.memory import Memory
from server.commands.load import load
from server.fhir import codec
from server.fhir.outcome import Issue, outcome
from server.fhir.resource import Resource

RESOURCE = {"resourceType": "Basic", "id": "1"}


class Server(ThreadingHTTPServer):
    """A FHIR base at /fhir; `statuses` are answered, once each, before it does its work."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.memory = Memory()
        self.statuses: list[int] = []
        self.text = codec.encode(failed("not\nnow"))
        self.encoding = "identity"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/fhir"


class Handler(BaseHTTPRequestHandler):
    """Answers metadata, reads and transactions."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        memory = cast(Server, self.server).memory
        resource: Resource | None = {"resourceType": "CapabilityStatement"}
        if self.path != "/fhir/metadata":
            _, _, type_, id_ = self.path.split("/") if self.path.startswith("/fhir/") else ("", "", "", "")
            resource = asyncio.run(memory.read(type_, id_))
        self._answer(200 if resource else 404, resource or failed("there is no such resource"))

    def do_POST(self) -> None:
        bundle = codec.decode_resource(self.rfile.read(int(self.headers["Content-Length"])))
        server = cast(Server, self.server)
        if server.statuses:
            self._send(server.statuses.pop(0), server.text)
            return
        answer = asyncio.run(server.memory.post_bundle(bundle))
        done: Resource = {"resourceType": "Bundle", "type": "transaction-response"}
        self._answer(answer.status, done if answer.stored else failed(answer.diagnostics))

    def _answer(self, status: int, resource: Resource) -> None:
        self._send(status, codec.encode(resource))

    def _send(self, status: int, text: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Content-Encoding", cast(Server, self.server).encoding)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def failed(diagnostics: str) -> Resource:
    return outcome([Issue("error", "processing", diagnostics, "Bundle.entry[0]")])


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(load, [str(argument) for argument in arguments])


def ndjson(path: Path, *resources: Resource) -> Path:
    path.write_text("\n".join(map(json.dumps, resources)))
    return path


def test_it_loads_and_says_how_much(server: Server, tmp_path: Path) -> None:
    result = run("--url", server.url, ndjson(tmp_path / "a.ndjson", RESOURCE, {"resourceType": "Basic"}))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("2 resources loaded in ")
    assert result.stderr.endswith(", 0 skipped as loaded before, 0 failed\n")
    assert server.memory.stored["Basic/1"] == RESOURCE


def test_a_second_run_skips_everything(server: Server, tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", RESOURCE, {"resourceType": "Basic"})
    run("--url", server.url, path)
    result = run("--url", server.url + "/", path)
    assert result.exit_code == 0
    assert "2 skipped as loaded before" in result.stderr


def test_a_failure_is_one_line_with_file_entry_and_diagnostics(server: Server, tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", RESOURCE, {"resourceType": "Patient", "id": "2"})
    result = run("--url", server.url, path)
    failure, summary, error = result.stderr.splitlines()
    assert failure == f"{path} entry 2: 422 Bundle.entry[0]: Patient.name: a name is required"
    assert summary.startswith("1 resources loaded")
    assert error == "Error: 1 resources could not be loaded"
    assert result.exit_code == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again(server: Server, tmp_path: Path, status: int) -> None:
    server.statuses = [status]
    assert run("--url", server.url, ndjson(tmp_path / "a.json", RESOURCE)).exit_code == 0
    assert server.memory.stored["Basic/1"] == RESOURCE


@pytest.mark.parametrize("status", [401, 403])
def test_denied_access_ends_the_run_at_once(server: Server, tmp_path: Path, status: int) -> None:
    server.statuses = [status]
    result = run("--url", server.url, "--jobs", 1, ndjson(tmp_path / "a.json", RESOURCE))
    assert result.exit_code == 1
    assert result.stderr == f"Error: {server.url} denies access: {status} Bundle.entry[0]: not now\n"
    assert server.memory.stored == {}


@pytest.mark.parametrize("status", [405, 413, 415])
def test_what_can_never_be_stored_is_not_sent_again(server: Server, tmp_path: Path, status: int) -> None:
    server.statuses = [status]
    path = ndjson(tmp_path / "a.json", RESOURCE)
    result = run("--url", server.url, path)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == f"{path}: {status} Bundle.entry[0]: not now"


def test_an_address_where_nobody_listens_is_one_line(tmp_path: Path) -> None:
    result = run("--url", "http://127.0.0.1:9/fhir", ndjson(tmp_path / "a.json", RESOURCE))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: http://127.0.0.1:9/fhir does not answer: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("text", [b"<html></html>", b"{}", b'{"resourceType":"Patient"}'])
def test_an_answer_that_is_no_outcome_is_reported_by_its_status(server: Server, tmp_path: Path, text: bytes) -> None:
    server.statuses, server.text = [400, 400], text
    path = ndjson(tmp_path / "a.json", RESOURCE)
    result = run("--url", server.url, path)
    assert result.stderr.splitlines()[0] == f"{path}: 400 the answer holds no OperationOutcome"


def test_an_address_that_is_no_fhir_base_is_one_line(server: Server, tmp_path: Path) -> None:
    url = server.url.removesuffix("/fhir")
    result = run("--url", url, ndjson(tmp_path / "a.json", RESOURCE))
    assert result.exit_code == 1
    assert result.stderr == f"Error: {url} is not the base URL of a FHIR server\n"


def test_an_answer_that_is_not_encoded_as_it_says_is_one_line(server: Server, tmp_path: Path) -> None:
    server.encoding = "gzip"
    result = run("--url", server.url, ndjson(tmp_path / "a.json", RESOURCE))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {server.url} does not answer: ")
    assert result.stderr.count("\n") == 1


def test_a_path_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    result = run(tmp_path / "a.json")
    assert result.exit_code == 1
    assert result.stderr == f"Error: {tmp_path}/a.json: there is no such file or directory\n"
