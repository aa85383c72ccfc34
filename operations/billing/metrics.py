"""The measures of the revenue cycle, exactly, from the sums of facts that `questions` asks for.

| measure | numerator | denominator |
|---|---|---|
| `claim-approval-rate` | claims adjudicated in the period of which a line is covered | claims adjudicated in it |
| `claim-denial-rate` | claims adjudicated in the period of which no line is covered | claims adjudicated in it |
| `days-in-accounts-receivable` | charges less adjustments and payments so far | charges of the 90 days so far, / 90 |
| `total-collections` | payments posted in the period | |
| `imported-...` | what resources from elsewhere tell of the same, each kind apart | |

A zero denominator has no value. Money of one currency is never added to that of another.
Aligned with the HFMA MAP Keys. Source: https://www.hfma.org/map/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from operations.billing import facts, posted, questions
from operations.billing.currencies import PLACES
from operations.billing.days import Days
from operations.billing.measure import EXACT, NOTHING, Measure, Part, Ratio
from server.fhir.fact import FactSum

APPROVED, DENIED = ("paid", "partial"), ("denied",)
SIGNS: Mapping[str, int] = {facts.CHARGE: 1, facts.ADJUSTMENT: -1, facts.PAYMENT: -1}
"""How each kind of fact changes what is owed to the practice; payments for no claim do not."""

IMPORTED: Mapping[str, tuple[str, str]] = {
    "imported-charges-billed": (facts.CHARGE, facts.BILLED),
    "imported-charges-captured": (facts.CHARGE, facts.CAPTURED),
    "imported-payments-explained": (facts.PAYMENT, facts.EXPLAINED),
    "imported-payments-reconciled": (facts.PAYMENT, facts.RECONCILED),
    "imported-payments-noticed": (facts.PAYMENT, facts.NOTICED),
}
"""Sums of imported money, by kind and outcome of the facts."""

Answers: TypeAlias = Mapping[str, Sequence[FactSum]]


def measures(answers: Answers, period: Days, group_by: str = "") -> tuple[Measure, ...]:
    """All measures of a period from the answers to its `questions.queries`."""
    months = tuple(questions.months(period)) if group_by == "month" else ()
    frame = Frame(group_by, months)
    here, elsewhere = _split(answers["period"])
    collected = [one for one in here if one.kind == facts.PAYMENT]
    told = _decided(elsewhere)
    return (
        *_rates("", _decided(here), frame),
        *_receivable(answers, frame),
        *(_sum("total-collections", collected, currency, frame) for currency in _currencies(collected)),
        *(_rates("imported-", told, frame) if told else ()),
        *_imported(elsewhere, frame),
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """How a report is grouped; by month, all of its months are groups, else whatever has facts."""

    group_by: str
    months: Sequence[str] = ()

    def names(self, *parts: Mapping[str, Part]) -> Sequence[str]:
        """The groups of a measure."""
        return self.months or (sorted({name for one in parts for name in one}) if self.group_by else ())


def _rates(prefix: str, decided: Sequence[FactSum], frame: Frame) -> Iterator[Measure]:
    of = _parts(decided, _nothing)
    for code, outcomes in (("claim-approval-rate", APPROVED), ("claim-denial-rate", DENIED)):
        found = _parts([row for row in decided if row.outcome in outcomes], _nothing)
        yield Measure(prefix + code, "1", "", *_ratios(found, of, frame.names(of)))


def _receivable(answers: Answers, frame: Frame) -> Iterator[Measure]:
    owed = [row for row in _split(answers["balance"])[0] if row.outcome != posted.UNALLOCATED]
    for currency in _currencies(owed):
        balance = _parts(_of(owed, currency), _signed)
        recent = _parts(_of(_split(answers["recent"])[0], currency), _money)
        whole, groups = _ratios(balance, recent, frame.names(balance, recent))
        if frame.months:
            groups = {month: _at_end(month, balance, answers, currency) for month in frame.months}
        yield Measure("days-in-accounts-receivable", "d", currency, whole, groups)


def _at_end(month: str, balance: Mapping[str, Part], answers: Answers, currency: str) -> Ratio:
    """What was owed at the end of a month, and what was charged in the days before it."""
    recent = _of(_split(answers[questions.recent(month)])[0], currency)
    owed = _total(part for name, part in balance.items() if name <= month)
    return Ratio(owed, _total(_parts(recent, _money).values()))


def _imported(rows: Sequence[FactSum], frame: Frame) -> Iterator[Measure]:
    for code, told in IMPORTED.items():
        found = [row for row in rows if (row.kind, row.outcome) == told]
        for currency in _currencies(found) if found else ():
            yield _sum(code, found, currency, frame)


def _sum(code: str, rows: Sequence[FactSum], currency: str, frame: Frame) -> Measure:
    parts = _parts(_of(rows, currency), _money)
    groups = {name: Ratio(parts.get(name, NOTHING)) for name in frame.names(parts)}
    return Measure(code, "", currency, Ratio(_total(parts.values())), groups)


def _ratios(
    above: Mapping[str, Part], below: Mapping[str, Part], names: Sequence[str]
) -> tuple[Ratio, Mapping[str, Ratio]]:
    """The ratio of the whole, and of each group."""
    groups = {name: Ratio(above.get(name, NOTHING), below.get(name, NOTHING)) for name in names}
    return Ratio(_total(above.values()), _total(below.values())), groups


def _parts(rows: Iterable[FactSum], amount: Callable[[FactSum], Decimal]) -> Mapping[str, Part]:
    """Each group's facts."""
    found: dict[str, Part] = {}
    for row in rows:
        found[row.group] = found.get(row.group, NOTHING) + Part(row.count, amount(row))
    return found


def _nothing(row: FactSum) -> Decimal:
    return Decimal(0)


def _money(row: FactSum) -> Decimal:
    return row.exact if row.imported else Decimal(row.amount).scaleb(-PLACES[row.currency], EXACT)


def _signed(row: FactSum) -> Decimal:
    return SIGNS[row.kind] * _money(row)


def _total(parts: Iterable[Part]) -> Part:
    return sum(parts, NOTHING)


def _split(rows: Sequence[FactSum]) -> tuple[list[FactSum], list[FactSum]]:
    """What was posted here, and what is imported."""
    return [row for row in rows if not row.imported], [row for row in rows if row.imported]


def _decided(rows: Sequence[FactSum]) -> list[FactSum]:
    return [row for row in rows if row.kind == facts.ADJUDICATION and row.outcome in (*APPROVED, *DENIED)]


def _of(rows: Iterable[FactSum], currency: str) -> list[FactSum]:
    return [row for row in rows if row.currency == currency]


def _currencies(rows: Iterable[FactSum]) -> list[str]:
    """The currencies of some money; an unnamed one where there is none."""
    return sorted({row.currency for row in rows}) or [""]
