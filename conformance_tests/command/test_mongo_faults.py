"""A MongoDB that is gone: requests are answered with 503, and as before once it is back."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance_tests.command.processes import almoner, serving
from conformance_tests.storage import standin
from conformance_tests.storage.standin import StandIn

pytestmark = pytest.mark.slow
PATIENCE = 30.0
"""Seconds in which the server must find its MongoDB again."""


@pytest.fixture
def mongo(tmp_path: Path) -> Iterator[StandIn]:
    """A MongoDB of the test's own."""
    standin.needed()
    (tmp_path / "mongo").mkdir()
    started = StandIn(tmp_path / "mongo")
    started.start()
    yield started
    started.stop(signal.SIGKILL)


def _uri(mongo: StandIn) -> str:
    return f"{mongo.uri}faults?serverSelectionTimeoutMS=500"


def _send(url: str, resource: Any = None) -> tuple[int, Any]:
    body = None if resource is None else json.dumps(resource).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/fhir+json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status), json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_a_mongodb_that_is_gone_is_answered_with_503_until_it_is_back(tmp_path: Path, mongo: StandIn) -> None:
    patient = {"resourceType": "Patient", "birthDate": "1970-01-01"}
    with serving("--open", "--mongo", _uri(mongo), cwd=tmp_path) as served:
        status, stored = _send(f"{served.url}/Patient", patient)
        assert status == 201
        mongo.stop(signal.SIGKILL)
        for path, resource in (("Patient", patient), (f"Patient/{stored['id']}", None), ("Patient?gender=male", None)):
            status, outcome = _send(f"{served.url}/{path}", resource)
            assert (status, outcome["resourceType"], outcome["issue"][0]["code"]) == (
                *(503, "OperationOutcome"),
                "transient",
            )
        assert _send(f"http://127.0.0.1:{served.port}/readyz")[0] == 503
        mongo.start()
        until = time.monotonic() + PATIENCE
        while _send(f"{served.url}/Patient", patient)[0] != 201 and time.monotonic() < until:
            time.sleep(0.1)
        assert _send(f"{served.url}/Patient", patient)[0] == 201
        assert _send(f"{served.url}/Patient/{stored['id']}") == (200, stored)
        assert _send(f"http://127.0.0.1:{served.port}/readyz")[0] == 200


def test_a_server_without_its_mongodb_says_so_in_one_line(tmp_path: Path, mongo: StandIn) -> None:
    mongo.stop(signal.SIGKILL)
    ended = almoner("serve", "--open", "--port", "0", "--mongo", _uri(mongo), cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert "Error: the store cannot answer now" in ended.stderr


def test_load_puts_resources_into_a_mongodb_without_a_server(tmp_path: Path, mongo: StandIn) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"resourceType": "Patient", "id": "a"}))
    for told in ("1 resource", "1 skipped"):
        ended = almoner("load", "--mongo", _uri(mongo), "a.json", cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
        assert told in ended.stderr + ended.stdout
