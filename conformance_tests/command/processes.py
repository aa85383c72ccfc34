"""`almoner` as a process: run to its end, or serving on a free port until a test is over."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0
"""Seconds that a server may take to be ready on a busy machine."""


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its process, port, and where its output goes."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path

    @property
    def url(self) -> str:
        """The FHIR base."""
        return f"http://127.0.0.1:{self.port}/fhir"


PROGRAM = (sys.executable, "-m", "server")
"""The command of this source."""


def almoner(*arguments: str, cwd: Path, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command, run to its end."""
    command = [*PROGRAM, *arguments]
    return subprocess.run(
        command, cwd=cwd, env=_environment(variables or {}), capture_output=True, text=True, timeout=300, check=False
    )


@contextmanager
def serving(
    *arguments: str,
    cwd: Path,
    port: int = 0,
    variables: Mapping[str, str] | None = None,
    program: tuple[str, ...] = PROGRAM,
) -> Iterator[Served]:
    """`almoner serve` until the block ends."""
    port = port or free_port()
    output = cwd / f"serve-{port}-{time.monotonic_ns()}.log"
    command = [*program, "serve", "--port", str(port), *arguments]
    with output.open("wb") as log:
        process = subprocess.Popen(command, cwd=cwd, env=_environment(variables or {}), stdout=log, stderr=log)
    try:
        _wait(process, port, output)
        yield Served(process, port, output)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def raw(port: int, text: bytes) -> tuple[int, bytes]:
    """Status and whole answer to bytes sent as they are."""
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(text)
        connection.settimeout(30)
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer) < _length(answer):
            part = connection.recv(65_536)
            if not part:
                break
            answer += part
    return int(answer[9:12]), answer


def _length(answer: bytes) -> int:
    head, _, _ = answer.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    return len(head) + 4 + (int(found.group(1)) if found else 0)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALMONER_", "PYTHON"))}
    return {**kept, **variables}


def _wait(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            status, _ = raw(port, b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        except OSError:
            time.sleep(0.05)
            continue
        if status in (200, 401):
            return
    raise AssertionError(f"the server is not ready: {output.read_text()}")
