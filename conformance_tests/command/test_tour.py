"""`almoner tour`: ten steps, on an empty server and on a used one, with and without a listener for HL7 v2."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from conformance_tests.command.processes import almoner, free_port, serving
from server.tour.steps import STEPS

pytestmark = pytest.mark.slow


def _count(url: str, query: str) -> int:
    with urllib.request.urlopen(f"{url}/{query}&_count=0", timeout=30) as answer:
        return int(json.loads(answer.read())["total"])


def test_the_tour_walks_all_steps_on_an_empty_server_and_again(tmp_path: Path) -> None:
    mllp = free_port()
    with serving("--open", "--mllp-port", str(mllp), cwd=tmp_path) as served:
        for visits in (1, 2):
            ended = almoner("tour", "--url", served.url, "--mllp", f"127.0.0.1:{mllp}", cwd=tmp_path)
            assert (ended.returncode, ended.stderr) == (0, "")
            for number, (name, _, _) in enumerate(STEPS, 1):
                assert f"{number:>2}  {name}" in ended.stdout
            assert ended.stdout.count("MSA|AA|") == 2
            assert "Paid." in ended.stdout
            assert _count(served.url, "Patient?name=tourist") == visits
            assert _count(served.url, "ExplanationOfBenefit?status=active") == visits
            assert _count(served.url, "PaymentReconciliation?status=active") == 2 * visits


def test_without_a_listener_the_messages_go_over_http(tmp_path: Path) -> None:
    with serving("--open", cwd=tmp_path) as served:
        ended = almoner("tour", "--url", served.url, "--mllp", f"127.0.0.1:{free_port()}", cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "Nobody listens for HL7 v2" in ended.stdout
        assert "Paid." in ended.stdout


def test_the_tour_of_a_closed_server_says_that_it_may_not(tmp_path: Path) -> None:
    with serving(cwd=tmp_path) as served:
        ended = almoner("tour", "--url", served.url, cwd=tmp_path)
        assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
        assert "401" in ended.stderr


@pytest.mark.parametrize("arguments", [("--url", "http://127.0.0.1:9"), ("--mllp", "nonsense")])
def test_the_tour_of_nothing_is_an_error_in_one_line(tmp_path: Path, arguments: tuple[str, str]) -> None:
    ended = almoner("tour", *arguments, cwd=tmp_path)
    assert (ended.returncode, len(ended.stderr.splitlines()), "Traceback" in ended.stderr) == (1, 1, False)
