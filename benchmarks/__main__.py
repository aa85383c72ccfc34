"""`make bench`: a table of each subject beside its bare route, saved as JSON so that runs compare.

Both are measured alternately in one run; the ratio is the median of the rounds. The rates of two runs, or of two
machines, say little; their ratios do.
"""

from __future__ import annotations

import json
import platform
import sys
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks import loading, samples, traffic
from benchmarks.loading import Loaded
from benchmarks.processes import free_port, running
from benchmarks.subjects import SUBJECTS, Subject
from benchmarks.traffic import Rate

ROUNDS = 3
SECONDS = 2.0
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """A measured subject: the median rates of both, and of their ratios."""

    subject: Subject
    ours: Rate
    bare: Rate
    ratio: float


def main() -> None:
    """Measure, print and save; the exit code is 1 when a goal is missed or a request failed."""
    with TemporaryDirectory() as folder:
        rows = uvloop.run(_measure(Path(folder)))
    _print(rows)
    _save(rows)
    if any(row.ratio < row.subject.goal or row.ours.failed for row in rows):
        sys.exit(1)


async def _measure(folder: Path) -> list[Row]:
    port, bare_port = free_port(), free_port()
    serve = ["server", "serve", "--open", "--port", str(port), "--data", str(folder / "data")]
    with running(serve, port):
        for text in samples.seed():
            await traffic.ask(port, traffic.request("POST", "/fhir", text))
        answers = {one.name: await traffic.ask(port, one.sample) for one in SUBJECTS}
        file = folder / "answers.json"
        file.write_text(json.dumps({name: b64encode(one.body).decode() for name, one in answers.items()}))
        with running(["benchmarks.bare", str(bare_port), str(file)], bare_port):
            rows = [await _row(one, port, bare_port) for one in SUBJECTS]
            return [*rows, _loaded(await loading.measure(folder, port, bare_port))]


async def _row(one: Subject, port: int, bare_port: int) -> Row:
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(await traffic.run(bare_port, one.bare, one.connections, SECONDS))
        ours.append(await traffic.run(port, one.ours, one.connections, SECONDS))
    ratios = [a.requests / b.requests for a, b in zip(ours, bare, strict=True)]
    return Row(one, _median(ours), _median(bare), median(ratios))


def _loaded(found: Loaded) -> Row:
    """`almoner load` as a row: its goal is 2,000 resources a second, whatever the bare route takes."""
    none = (lambda: iter(()), lambda: iter(()), b"")
    ours, bare = Rate(found.rate / loading.SIZE, 0, 0, 0), Rate(found.bare / loading.SIZE, 0, 0, 0)
    return Row(Subject("load", *none, resources=loading.SIZE), ours, bare, found.rate / found.bare)


def _median(rates: list[Rate]) -> Rate:
    return sorted(rates, key=lambda one: one.requests)[len(rates) // 2]


def _print(rows: list[Row]) -> None:
    table = Table("subject", title="ours beside a bare FastAPI route, one run, one server process")
    for name in ("requests/s", "resources/s", "p50 ms", "p99 ms", "bare/s", "ratio", "goal", "failed"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.subject.name,
            f"{row.ours.requests:,.0f}",
            f"{row.ours.requests * row.subject.resources:,.0f}",
            f"{row.ours.median * 1000:.2f}",
            f"{row.ours.late * 1000:.2f}",
            f"{row.bare.requests:,.0f}",
            f"{row.ratio:.2f}",
            f"{row.subject.goal:.2f}" if row.subject.goal else "",
            str(row.ours.failed),
        )
    Console(width=None if sys.stdout.isatty() else 110).print(table)


def _save(rows: list[Row]) -> None:
    RESULTS.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    found = {
        row.subject.name: {"ours": row.ours.requests, "bare": row.bare.requests, "ratio": row.ratio} for row in rows
    }
    text = json.dumps({"at": at.isoformat(), "python": platform.python_version(), "subjects": found}, indent=2)
    (RESULTS / f"{at:%Y%m%dT%H%M%S}.json").write_text(text)


if __name__ == "__main__":
    main()
