"""Who may come in: deny by default, and what an open server refuses. Over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance_tests.command.processes import Served, almoner, raw, serving


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving("--open", cwd=tmp_path_factory.mktemp("open")) as served:
        yield served


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(cwd=tmp_path_factory.mktemp("closed")) as served:
        yield served


def _ask(served: Served, method: str, path: str, *headers: str) -> tuple[int, bytes]:
    given = headers if any(one.startswith("Host:") for one in headers) else (f"Host: 127.0.0.1:{served.port}", *headers)
    lines = [f"{method} {path} HTTP/1.1", *given, "Content-Length: 0", "Connection: close"]
    return raw(served.port, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


PUBLIC = ("/fhir/metadata", "/livez", "/readyz")


@pytest.mark.parametrize("path", PUBLIC)
def test_a_closed_server_shows_what_is_public(closed: Served, path: str) -> None:
    assert _ask(closed, "GET", path)[0] == 200


@pytest.mark.parametrize(("path", "status"), [*((path, b"200") for path in PUBLIC), ("/fhir/Patient/a", b"401")])
def test_head_is_answered_as_get_without_content(closed: Served, path: str, status: bytes) -> None:
    asked = f"HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1:{closed.port}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", closed.port), 30) as connection:
        connection.sendall(asked.encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    whole = _ask(closed, "GET", path)[1].partition(b"\r\n\r\n")[2]
    assert (head[9:12], content, b"content-length: %d" % len(whole) in head) == (status, b"", True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/fhir"),
        ("POST", "/fhir"),
        ("GET", "/fhir/Patient"),
        ("GET", "/fhir/Patient/a"),
        ("PUT", "/fhir/Patient/a"),
        ("DELETE", "/fhir/Patient/a"),
        ("POST", "/fhir/Claim/$submit"),
        ("POST", "/fhir/metadata"),
        ("GET", "/fhir/metadata/../Patient"),
        ("GET", "/fhir/Patient/a?x=/fhir/metadata"),
        ("GET", "//fhir/metadata"),
        ("GET", "/fhir/Patient%2f..%2f..%2ffhir%2fmetadata"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/nonsense"),
    ],
)
def test_a_closed_server_asks_for_a_sign_in_everywhere_else(closed: Served, method: str, path: str) -> None:
    status, answer = _ask(closed, method, path)
    assert status == 401
    assert b"www-authenticate: Bearer" in answer
    assert b'"code":"login"' in answer


def test_what_is_well_known_is_public_but_not_there(closed: Served) -> None:
    assert _ask(closed, "GET", "/.well-known/smart-configuration")[0] == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.2", "LOCALHOST"])
def test_an_open_server_answers_to_its_loopback_names(opened: Served, host: str) -> None:
    assert _ask(opened, "GET", "/fhir/Patient", f"Host: {host}:{opened.port}")[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "127.0.0.1.attacker.example",
        "localhost.attacker.example",
        "10.0.0.1",
        "",
        "127.0.0.1@x",
        "127.0.0.1:80@x",
        "[::1]x",
        "127.0.0.1\r\nHost: x",
    ],
)
def test_a_name_that_resolves_here_by_dns_rebinding_is_refused(opened: Served, host: str) -> None:
    for path in ("/fhir/Patient", "/fhir/metadata", "/livez"):
        assert _ask(opened, "GET", path, f"Host: {host}")[0] == 403


@pytest.mark.parametrize("origin", ["http://attacker.example", "null", "", "http://localhost:1", "https://127.0.0.1"])
def test_a_page_of_another_origin_is_refused(opened: Served, origin: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert _ask(opened, method, "/fhir/Patient", f"Origin: {origin}")[0] == 403


def test_a_page_of_its_own_origin_is_answered(opened: Served) -> None:
    assert _ask(opened, "GET", "/fhir/Patient", f"Origin: http://127.0.0.1:{opened.port}")[0] == 200


@pytest.mark.parametrize(
    "header",
    [
        "Sec-Fetch-Site: cross-site",
        "X-Forwarded: a",
        "X-Original-Host: a",
        "True-Client-IP: a",
        "CF-Connecting-IP: a",
        "X-Forwarded-For: 10.0.0.1",
        "X-Forwarded-Host: a",
        "Forwarded: for=a",
        "X-Real-IP: a",
        "Via: 1.1 a",
        "X-Cluster-Client-IP: a",
        "X-Envoy-External-Address: a",
        "Client-IP: a",
        "X-ProxyUser-Ip: a",
        "X-Host: a",
        "X-HTTP-Host-Override: a",
        "X_Forwarded_For: a",
        "X-Azure-ClientIP: a",
        "WL-Proxy-Client-IP: a",
        "X-Remote-Addr: a",
        "CDN-Loop: a",
        "X-Rewrite-URL: a",
        "X-Original-URL: a",
        "Remote-User: a",
        "X-Client-Cert: a",
        "X-SSL-Client-Verify: a",
    ],
)
def test_what_a_proxy_passes_on_is_refused(opened: Served, header: str) -> None:
    assert _ask(opened, "GET", "/fhir/Patient", header)[0] == 403


@pytest.mark.parametrize(
    "header",
    [
        "Sec-Fetch-Site: same-origin",
        "Sec-CH-UA-Platform: a",
        "X-Requested-With: a",
        "X-Request-Id: a",
        "X-Provenance: {}",
        "Upgrade-Insecure-Requests: 1",
        "If-None-Exist: identifier=a",
        "Accept-Encoding: gzip, zip",
        "Referer: http://127.0.0.1/",
        "traceparent: a",
        "client-request-id: a",
        "x-ms-client-request-id: a",
        "X-Client-Version: a",
        "X-Original-Id: a",
        "X-Remote-Ref: a",
        "Device-Address: a",
    ],
)
def test_what_clients_themselves_send_is_answered(opened: Served, header: str) -> None:
    assert _ask(opened, "GET", "/fhir/Patient", header)[0] == 200


def test_an_open_server_sends_no_cors_headers(opened: Served) -> None:
    origin = f"Origin: http://127.0.0.1:{opened.port}"
    for method in ("GET", "OPTIONS"):
        assert b"access-control" not in _ask(opened, method, "/fhir/Patient", origin)[1].lower()


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::", "almoner.example"])
def test_open_is_refused_on_any_address_but_a_loopback_one(address: str, tmp_path: Path) -> None:
    ended = almoner("serve", "--open", "--host", address, "--port", "0", cwd=tmp_path)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (1, "", 1)
    assert "--open" in ended.stderr


HOST = b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def _refused(opened: Served, text: bytes, expected: int) -> None:
    status, answer = raw(opened.port, text)
    assert status == expected
    assert b'"code":"too-long"' in answer
    assert _ask(opened, "GET", "/fhir/Patient")[0] == 200


@pytest.mark.parametrize("length", [65_536, 100_000, 400_000])
def test_an_address_that_is_too_long_is_told_so(opened: Served, length: int) -> None:
    _refused(opened, b"GET /fhir/Patient?name=".ljust(4 + length, b"x") + HOST + b"\r\n", 414)


@pytest.mark.parametrize(
    "headers",
    [b"X-A: " + b"x" * 140_000, b"\r\n".join([b"X-A: " + b"x" * 1_000] * 140), b"X-A: " + b"x" * 3_000_000],
)
def test_headers_that_are_too_large_are_refused(opened: Served, headers: bytes) -> None:
    _refused(opened, b"GET /fhir/Patient" + HOST + headers + b"\r\n\r\n", 431)


def test_trailers_that_are_too_large_are_refused(opened: Served) -> None:
    head = b"POST /fhir/Patient" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    _refused(opened, head + b"2\r\n{}\r\n0\r\nX-A: " + b"x" * 400_000, 431)


def test_an_address_and_headers_within_the_limits_are_read(opened: Served) -> None:
    values = b",".join([b"Patient/%04d" % number for number in range(4_000)])
    path = b"GET /fhir/Observation?subject=" + values
    headers = b"X-A: " + b"x" * 60_000
    assert raw(opened.port, path + HOST + headers + b"\r\n\r\n")[0] == 200


@pytest.mark.parametrize("text", [b"FOO /fhir/Patient HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"])
def test_what_is_no_http_is_told_so_by_an_outcome(opened: Served, text: bytes) -> None:
    status, answer = raw(opened.port, text)
    assert status == 400
    assert b'"resourceType":"OperationOutcome"' in answer
