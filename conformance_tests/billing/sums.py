"""A store of facts in memory: answers FactQueries as a Store does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal

from server.fhir.fact import Fact, FactQuery, FactSum

_GROUPS: Mapping[str, Callable[[Fact], str]] = {
    "": lambda fact: "",
    "payer": lambda fact: fact.payer,
    "provider": lambda fact: fact.provider,
    "month": lambda fact: fact.day[:7],
}
_exact = Context(prec=200)


def answers(facts: Sequence[Fact], queries: Mapping[str, FactQuery]) -> Mapping[str, Sequence[FactSum]]:
    """The answer to each query by its name."""
    return {name: answer(facts, query) for name, query in queries.items()}


def answer(facts: Sequence[Fact], query: FactQuery) -> Sequence[FactSum]:
    """The sums of one query."""
    found: dict[tuple[str, str, str, str, bool], list[Fact]] = {}
    for fact in facts:
        if fact.kind in query.kinds and query.start <= fact.day <= query.end:
            key = (fact.kind, _GROUPS[query.group_by](fact), fact.outcome, fact.currency, fact.imported)
            found.setdefault(key, []).append(fact)
    return tuple(
        FactSum(*key, len(listed), sum(one.amount for one in listed), _total(listed)) for key, listed in found.items()
    )


def _total(facts: Sequence[Fact]) -> Decimal:
    total = Decimal(0)
    for fact in facts:
        total = _exact.add(total, fact.exact or Decimal(0))
    return total
