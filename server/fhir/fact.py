"""Facts: the few typed columns of financial resources that reports aggregate in the store.

A fact is written in the same commit as the resource it comes from and replaced with it. Money that this server
posted is integer minor units; money in resources from elsewhere keeps its exact decimal, and never enters a posted sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fact:
    """One countable or summable thing that happened on a day.

    `kind` says what (`charge`, `adjudication`, `payment`, `adjustment`), `day` is ISO 8601 (`2026-11-24`), `payer` and
    `provider` are relative references or empty, `outcome` refines the kind (`paid`, `partial`, `denied`).
    `amount` is in minor units of `currency`; for an imported fact it is 0 and `exact` has the decimal as it was sent.
    """

    kind: str
    day: str
    payer: str = ""
    provider: str = ""
    outcome: str = ""
    currency: str = ""
    amount: int = 0
    exact: Decimal | None = None

    @property
    def imported(self) -> bool:
        """Whether the money comes from a resource that this server did not post."""
        return self.exact is not None


@dataclass(frozen=True, slots=True)
class FactQuery:
    """Which facts to sum: days from `start` to `end` inclusive, grouped by `payer`, `provider`, `month` or nothing."""

    kinds: tuple[str, ...]
    start: str
    end: str
    group_by: str = ""


@dataclass(frozen=True, slots=True)
class FactSum:
    """A group's total: minor units in `amount` for posted facts, the exact decimal in `exact` for imported ones."""

    kind: str
    group: str
    outcome: str
    currency: str
    imported: bool
    count: int
    amount: int
    exact: Decimal
