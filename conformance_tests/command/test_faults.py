"""Faults: a killed server loses nothing that it acknowledged, a full disk is answered and survived."""

from __future__ import annotations

import http.client
import json
import random
import resource
import signal
import sqlite3
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from conformance_tests.command.processes import Served, almoner, free_port, serving
from conformance_tests.command.stores import STORES, options

pytestmark = pytest.mark.slow
KILLS = {"sqlite": 20, "mongo": 5}
RESOURCES = 5


def _send(url: str, body: bytes, method: str = "POST") -> int:
    request = urllib.request.Request(url, body, {"Content-Type": "application/fhir+json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _transaction(first: int) -> bytes:
    entries = [
        {
            "resource": {"resourceType": "Patient", "id": f"p{number}", "name": [{"family": f"Family{number}"}]},
            "request": {"method": "PUT", "url": f"Patient/p{number}"},
        }
        for number in range(first, first + RESOURCES)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


class _Writer(threading.Thread):
    """Sends transactions one after another until the server is gone; remembers which were acknowledged."""

    def __init__(self, served: Served, first: int) -> None:
        super().__init__()
        self._served, self.following = served, first
        self.acknowledged: list[int] = []

    def run(self) -> None:
        while True:
            first = self.following
            self.following += RESOURCES
            try:
                status = _send(self._served.url, _transaction(first))
            except (OSError, http.client.HTTPException):
                return
            if status == 200:
                self.acknowledged += range(first, first + RESOURCES)


@pytest.mark.parametrize("kind", STORES)
def test_a_server_killed_again_and_again_loses_nothing_acknowledged(tmp_path: Path, kind: str) -> None:
    store = options(kind)
    acknowledged: list[int] = []
    following = 0
    chance = random.Random(17)
    for _ in range(KILLS[kind]):
        with serving("--open", *store, cwd=tmp_path) as served:
            writer = _Writer(served, following)
            writer.start()
            time.sleep(chance.uniform(0.05, 0.5))
            served.process.send_signal(signal.SIGKILL)
            writer.join(30)
        acknowledged += writer.acknowledged
        following = writer.following
    assert len(acknowledged) > KILLS[kind] * RESOURCES
    with serving("--open", *store, cwd=tmp_path) as served:
        for number in acknowledged:
            assert _found(served, f"Patient/p{number}")["meta"]["versionId"] == "1"
        last = acknowledged[-1]
        assert [one["resource"]["id"] for one in _found(served, f"Patient?family=family{last}")["entry"]] == [
            f"p{last}"
        ]
    if kind == "sqlite":
        _whole(tmp_path / "store" / "almoner.sqlite")


FILES = 400


def test_a_load_whose_server_is_killed_again_and_again_ends_complete(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for number in range(FILES):
        (files / f"{number:03}.json").write_bytes(_transaction(number * RESOURCES))
    port = free_port()
    kills, ended = 0, None
    while ended is None or ended.returncode != 0:
        with serving("--open", "--data", "store", cwd=tmp_path, port=port) as served:
            killer = threading.Timer(0.6, served.process.send_signal, (signal.SIGKILL,))
            if kills < 5:
                killer.start()
            ended = almoner("load", "--url", served.url, "--jobs", "2", str(files), cwd=tmp_path)
            killer.cancel()
            kills += 1
    assert kills > 1
    with serving("--open", "--data", "store", cwd=tmp_path, port=port) as served:
        assert _found(served, "Patient?_count=0")["total"] == FILES * RESOURCES
        assert all(_found(served, f"Patient/p{one}")["meta"]["versionId"] == "1" for one in range(0, 1000, 7))


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_a_full_disk_is_answered_with_503_and_survived(tmp_path: Path) -> None:
    with serving("--open", "--data", "store", cwd=tmp_path) as served:
        assert _send(served.url, _transaction(0)) == 200
        _limit(served, 300_000)
        statuses = [_send(served.url, _transaction(number * RESOURCES)) for number in range(1, 400)]
        assert set(statuses) == {200, 503}
        assert _found(served, "Patient/p0")["id"] == "p0"
        _limit(served, resource.RLIM_INFINITY)
        assert _send(served.url, _transaction(4000)) == 200
        stored = {number for number, status in enumerate(statuses, 1) if status == 200}
        for number in range(1, 400):
            assert (_status(served, f"Patient/p{number * RESOURCES}") == 200) == (number in stored)
    _whole(tmp_path / "store" / "almoner.sqlite")


def _limit(served: Served, size: int) -> None:
    """No file of the server may grow beyond this size."""
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _found(served: Served, path: str) -> Any:
    with urllib.request.urlopen(f"{served.url}/{path}", timeout=30) as answer:
        return json.loads(answer.read())


def _status(served: Served, path: str) -> int:
    return _send(f"{served.url}/{path}", b"", "GET")


def _whole(path: Path) -> None:
    """The database is sound, every version is there, and every live resource is indexed by its type."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM resource)+(SELECT count(*) FROM history),(SELECT count(*) FROM outbox),"
        "(SELECT sum(version) FROM resource),(SELECT count(DISTINCT rid) FROM term),"
        "(SELECT count(*) FROM resource WHERE body IS NOT NULL)"
    ).fetchone()
    connection.close()
    versions, events, numbers, indexed, live = counted
    assert versions == events == numbers
    assert indexed == live
