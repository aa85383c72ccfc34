"""Step 10: the report of the year, with the visit in it."""

from __future__ import annotations

import csv
import io

from rich.table import Table

from server.tour.visit import Visit

_SHOWN = ("claim-approval-rate", "claim-denial-rate", "days-in-accounts-receivable", "total-collections")


def run(visit: Visit) -> None:
    """Ask for the report by payer, as a spreadsheet would."""
    guide, year = visit.guide, visit.day.year
    text = guide.text(f"$report?start={year}-01-01&end={year}-12-31&group-by=payer&_format=csv")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("measure", "payer"):
        table.add_column(name, no_wrap=True)
    for name in ("of", "value"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in csv.DictReader(io.StringIO(text)):
        if row["measure"] in _SHOWN:
            table.add_row(row["measure"], row["group"] or "all", _parts(row), _value(row))
    guide.console.print(table)


def _parts(row: dict[str, str]) -> str:
    above, below = _part(row, "numerator"), _part(row, "denominator")
    return f"{above} / {below}" if below else above


def _part(row: dict[str, str], name: str) -> str:
    return row[f"{name}_amount"] or row[f"{name}_count"]


def _value(row: dict[str, str]) -> str:
    unit = {"1": "", "d": " days"}.get(row["unit"], f" {row['currency']}")
    return f"{row['score']}{unit}" if row["score"] else "none"
