"""The server over real sockets: large bodies, broken requests, signals."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance_tests.command.processes import Served, raw, serving

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving("--open", cwd=tmp_path_factory.mktemp("sockets")) as found:
        yield found


def _get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status, answer.read()


def test_a_body_of_60_megabytes_is_refused_with_an_outcome(served: Served) -> None:
    size = 60 * MEBIBYTE
    head = f"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n\r\n".encode()
    status, answer = raw(served.port, head + b"x" * size)
    assert status == 413
    assert b'"code":"too-long"' in answer
    assert _get(f"{served.url}/Patient")[0] == 200


def test_a_chunked_body_beyond_the_limit_is_refused_too(served: Served) -> None:
    head = b"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + b"x" * MEBIBYTE + b"\r\n"
    assert raw(served.port, head + chunk * 60 + b"0\r\n\r\n")[0] == 413


@pytest.mark.parametrize(
    "text",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /fhir/Patient HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"GET /fhir/" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_what_is_no_http_does_not_harm(served: Served, text: bytes) -> None:
    try:
        status, answer = raw(served.port, text)
        assert 400 <= status < 500
        assert b"Traceback" not in answer
    except (ValueError, OSError):
        pass  # the connection may be closed without an answer
    assert _get(f"{served.url}/Patient")[0] == 200


@pytest.mark.parametrize("path", ["/fhir", "/fhir/"])
def test_a_bundle_is_taken_at_the_base_with_and_without_a_slash(served: Served, path: str) -> None:
    text = b'{"resourceType":"Bundle","type":"transaction"}'
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(text)}\r\n\r\n".encode()
    assert raw(served.port, head + text)[0] == 200


def test_a_request_broken_off_does_not_harm(served: Served) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port)) as connection:
            connection.sendall(b"POST /fhir/Patient HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{")
    assert _get(f"{served.url}/Patient")[0] == 200


def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    with serving("--open", "--data", "store", cwd=tmp_path) as first:
        request = urllib.request.Request(
            f"{first.url}/Patient/a",
            b'{"resourceType":"Patient","id":"a"}',
            {"Content-Type": "application/fhir+json"},
            method="PUT",
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 201
    with serving("--open", "--data", "store", cwd=tmp_path) as second:
        assert json.loads(_get(f"{second.url}/Patient/a")[1])["id"] == "a"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly(tmp_path: Path, sent: signal.Signals) -> None:
    with serving("--open", cwd=tmp_path) as served:
        served.process.send_signal(sent)
        served.process.wait(20)
        assert "Traceback" not in served.output.read_text()


def test_several_workers_serve_one_store(tmp_path: Path) -> None:
    with serving("--open", "--workers", "2", cwd=tmp_path) as served:
        for number in range(20):
            request = urllib.request.Request(
                f"{served.url}/Patient/p{number}",
                b'{"resourceType":"Patient","id":"p%d"}' % number,
                {"Content-Type": "application/fhir+json"},
                method="PUT",
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert answer.status == 201
            assert _get(f"{served.url}/Patient/p{number}")[0] == 200
        assert json.loads(_get(f"{served.url}/Patient?_count=0")[1])["total"] == 20


def test_workers_end_when_what_started_them_is_killed(tmp_path: Path) -> None:
    with serving("--open", "--workers", "2", cwd=tmp_path) as served:
        served.process.kill()
        served.process.wait(30)
        until = time.monotonic() + 30
        while _listened_to(served.port) and time.monotonic() < until:
            time.sleep(0.1)
        assert not _listened_to(served.port)


def _listened_to(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
