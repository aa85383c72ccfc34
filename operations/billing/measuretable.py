"""A report of measures as CSV: a row for the whole of each measure and one for each of its groups.

Source: https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

from operations.billing import measurereport, questions
from operations.billing.measure import Measure, Part, Ratio

COLUMNS = (
    "measure",
    "group_by",
    "group",
    "currency",
    "numerator_count",
    "numerator_amount",
    "denominator_count",
    "denominator_amount",
    "score",
    "unit",
    "reference",
)
"""The first row of the CSV; `group_by`, `group` and `reference` are empty in the row of the whole."""


def text(measures: Sequence[Measure], group_by: str, names: Mapping[str, str] | None = None) -> str:
    """The CSV; `names` has what a group, a relative reference, is shown as."""
    out = _Text()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for measure in measures:
        writer.writerow((*_row(measure, "", "", measure.whole), ""))
        for name, ratio in measure.groups.items():
            reference = name if group_by in questions.BY_REFERENCE else ""
            writer.writerow((*_row(measure, group_by, _shown(name, names or {}), ratio), _plain(reference)))
    return "".join(out)


class _Text(list[str]):
    """What the writer writes."""

    write = list.append


def _shown(name: str, names: Mapping[str, str]) -> str:
    return names.get(name, name) if name else "not stated"


def _row(measure: Measure, group_by: str, group: str, ratio: Ratio) -> Sequence[str]:
    value = measurereport.score(measure, ratio)
    return (
        measure.code,
        group_by,
        _plain(group),
        _plain(measure.currency),
        *_cells(measure, ratio.numerator),
        *(_cells(measure, ratio.denominator) if ratio.denominator else ("", "")),
        "" if value is None else f"{value:f}",
        measure.unit,
    )


def _plain(cell: str) -> str:
    """The text as a spreadsheet takes it for text, and never for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _cells(measure: Measure, part: Part) -> tuple[str, str]:
    return str(part.count), "" if measure.unit == "1" else f"{part.amount:f}"
