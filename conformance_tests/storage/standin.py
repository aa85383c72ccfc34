"""The MongoDB of the tests: the one that `ALMONER_TEST_MONGO_URI` names, else SecantusDB as a process of its own.

SecantusDB speaks MongoDB's wire protocol. Its license is not ours: it is started, never imported.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pytest

PROGRAM = Path(sys.executable).with_name("secantusd-py")
STARTING = 60.0
"""Seconds that the process may take to answer."""
ENDING = 5.0
"""Seconds that it may take to end by itself; started a moment ago, it can miss the signal."""
_GIVEN = "ALMONER_TEST_MONGO_URI"


class StandIn:
    """SecantusDB on a directory and a port; it can be stopped, and started again with what it has stored."""

    def __init__(self, directory: Path, *options: str) -> None:
        self._directory = directory
        self._options = options
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        """The connection string, without a database."""
        return f"mongodb://127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Return when it takes connections."""
        place = ["--host", "127.0.0.1", "--port", str(self._port), "--storage-path", str(self._directory / "data")]
        command = [
            str(PROGRAM),
            *place,
            "--sync-on-commit",
            "--cache-size",
            "256M",
            "--log-level",
            "WARNING",
            *self._options,
        ]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._directory)
        until = time.monotonic() + STARTING
        while not _answers(self._port):
            if self._process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"SecantusDB did not start: {(self._directory / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process and wait until it is gone; one that does not end in time is killed."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def needed() -> None:
    """Skip the test where SecantusDB is not installed."""
    if not PROGRAM.exists():
        pytest.skip("needs secantusdb")


@contextmanager
def running(directory: Path, *options: str) -> Iterator[StandIn]:
    """A stand-in of a test's own, with these options, until the end."""
    needed()
    found = StandIn(directory, *options)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@cache
def uri() -> str:
    """The connection string of the MongoDB to test; a stand-in is started once and runs as long as the tests."""
    given = os.environ.get(_GIVEN)
    if given:
        return given
    needed()
    directory = TemporaryDirectory(prefix="almoner-mongo-", ignore_cleanup_errors=True)
    found = StandIn(Path(directory.name))
    atexit.register(directory.cleanup)
    atexit.register(found.stop)
    found.start()
    return found.uri


def named(uri: str, database: str) -> str:
    """The connection string with this database."""
    return urlsplit(uri)._replace(path=f"/{database}").geturl()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
