"""What `almoner load` shows while it works."""

from __future__ import annotations

import io
import re

from rich.console import Console

from server.commands.load_progress import Progress


def shown(terminal: bool, interval: float) -> list[str]:
    out = io.StringIO()
    with Progress(Console(file=out, force_terminal=terminal, width=60), 200, interval) as progress:
        progress.load(1000, 50)
        progress.skip(3, 50)
        progress.fail("[bold]a.ndjson entry 17", "422 " + "a very long reason " * 5, 2, 100)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out.getvalue()).splitlines()


def test_elsewhere_than_on_a_terminal_lines_tell_how_far_it_is() -> None:
    lines = [re.sub(r"[\d,.]+(?=/s| s )", "N", line) for line in shown(False, 0.0)]
    assert lines[:2] == ["25 %, 1,000 resources, N/s", "50 %, 1,000 resources, N/s"]
    assert lines[-2:] == [
        "100 %, 1,000 resources, N/s",
        "1,000 resources loaded in N s (N/s), 3 skipped as loaded before, 2 failed",
    ]


def test_the_lines_come_at_intervals() -> None:
    assert len(shown(False, 60.0)) == 2


def test_a_failure_stays_in_one_line_and_is_no_markup() -> None:
    assert shown(False, 60.0)[0].startswith("[bold]a.ndjson entry 17: 422 a very long reason a very long reason a very")


def test_on_a_terminal_there_is_a_bar() -> None:
    assert any("━" in line and "100%" in line and "1,000 resources" in line for line in shown(True, 0.0))


def test_an_empty_load_has_no_division_by_nothing() -> None:
    out = io.StringIO()
    with Progress(Console(file=out), 0, 0.0) as progress:
        progress.load(0, 0)
    assert out.getvalue().splitlines()[0] == "0 %, 0 resources, 0/s"
