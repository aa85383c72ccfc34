"""Facts summed in the store: minor units as integers, imported decimals exactly, by an aggregate of our own.

An integer of SQLite has 64 bits, which a sum of amounts may leave: millions and the rest are summed apart.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from decimal import Context, Decimal

from server.fhir.fact import FactQuery, FactSum

_GROUPS: Mapping[str, str] = {"": "''", "payer": "payer", "provider": "provider", "month": "substr(day,1,7)"}
_exact = Context(prec=200)
_MILLION = 1_000_000


class _ExactSum:
    """The sum of decimals in text; adding is exact."""

    def __init__(self) -> None:
        self._total = Decimal(0)

    def step(self, value: str | None) -> None:
        if value is not None:
            self._total = _exact.add(self._total, Decimal(value))

    def finalize(self) -> str:
        return str(self._total)


def sums(connection: sqlite3.Connection, query: FactQuery) -> tuple[FactSum, ...]:
    """Facts of live resources by kind, group, outcome, currency and origin."""
    connection.create_aggregate("exact_sum", 1, _ExactSum)  # type: ignore[arg-type]  # sqlite3 wants an int result
    marks = ",".join("?" * len(query.kinds))
    text = (
        f"SELECT kind,{_GROUPS[query.group_by]},outcome,currency,exact IS NOT NULL,"
        f"count(*),sum(amount/{_MILLION}),sum(amount%{_MILLION}),exact_sum(exact) FROM fact "
        f"WHERE kind IN ({marks}) AND day>=? AND day<=? GROUP BY 1,2,3,4,5 ORDER BY 1,2,3,4,5"
    )
    found = connection.execute(text, (*query.kinds, query.start, query.end))
    return tuple(
        FactSum(kind, group, outcome, currency, bool(imported), number, millions * _MILLION + rest, Decimal(exact))
        for kind, group, outcome, currency, imported, number, millions, rest, exact in found
    )
