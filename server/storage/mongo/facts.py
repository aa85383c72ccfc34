"""Facts summed in the store: minor units as integers, imported decimals exactly.

A decimal is kept as its digits, a whole number, and its exponent. Sums are made for each exponent and put together
here, so that no digit is lost; one with more digits than leave room for summing is kept in several documents, of which
only the first counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Context, Decimal
from itertools import chain

from bson import Decimal128, Int64

from server.fhir.fact import Fact, FactQuery, FactSum
from server.storage.mongo import keys
from server.storage.mongo.schema import FACTS, Database, Document

_DIGITS = 24
"""How many digits of a decimal are in one document: ten thousand million of them can be summed in Decimal128's 34."""
_GROUPS: Mapping[str, object] = {
    "": {"$literal": ""},
    "payer": "$payer",
    "provider": "$provider",
    "month": {"$substrBytes": ["$day", 0, 7]},
}
_exact = Context(prec=200)


def documents(reference: str, facts: Sequence[Fact]) -> tuple[Document, ...]:
    """The documents of a resource's facts."""
    found = chain.from_iterable(_documents(fact) for fact in facts)
    return tuple({"_id": identity(reference, place), **one} for place, one in enumerate(found))


def identity(reference: str, place: int) -> str:
    """The `_id` of one of the documents of a resource's facts."""
    return f"{reference}#{place}"


def _documents(fact: Fact) -> Iterator[Document]:
    of_all = {name: getattr(fact, name) for name in ("kind", "day", "payer", "provider", "outcome", "currency")}
    for place, (digits, exponent) in enumerate(_parts(fact.exact)):
        first = place == 0
        amount = Int64(fact.amount if first else 0)
        yield {**of_all, "exponent": exponent, "count": int(first), "amount": amount, "digits": keys.exactly(digits)}


def _parts(exact: Decimal | None) -> Iterator[tuple[int, int | None]]:
    """Digits and exponents whose sum is the decimal; no exponent where there is none."""
    if exact is None:
        yield 0, None
        return
    sign, all_digits, exponent = exact.as_tuple()
    text, place = "".join(map(str, all_digits)), int(exponent)
    while text:
        text, part = text[:-_DIGITS], text[-_DIGITS:]
        yield (-int(part) if sign else int(part)), place
        place += _DIGITS


async def sums(database: Database, query: FactQuery) -> tuple[FactSum, ...]:
    """Facts of live resources by kind, group, outcome, currency and origin."""
    found: dict[tuple[str, str, str, str, bool], list[Document]] = defaultdict(list)
    async for one in await database[FACTS].aggregate(_pipeline(query)):
        key = one["_id"]
        imported = key["exponent"] is not None
        found[key["kind"], key["group"], key["outcome"], key["currency"], imported].append(one)
    return tuple(_sum(key, parts) for key, parts in sorted(found.items()))


def _pipeline(query: FactQuery) -> list[Document]:
    matched = {"kind": {"$in": list(query.kinds)}, "day": {"$gte": query.start, "$lte": query.end}}
    named = {name: f"${name}" for name in ("kind", "outcome", "currency", "exponent")}
    group = {**named, "group": _GROUPS[query.group_by]}
    totals = {"count": {"$sum": "$count"}, "amount": {"$sum": {"$toDecimal": "$amount"}}, "digits": {"$sum": "$digits"}}
    return [{"$match": matched}, {"$group": {"_id": group, **totals}}]


def _sum(key: tuple[str, str, str, str, bool], parts: Sequence[Document]) -> FactSum:
    exact = Decimal(0)
    for one in parts:
        exact = _exact.add(exact, _decimal(one["digits"]).scaleb(one["_id"]["exponent"] or 0, _exact))
    amount = sum(int(_decimal(one["amount"])) for one in parts)
    return FactSum(*key, sum(int(one["count"]) for one in parts), amount, exact)


def _decimal(value: Decimal128) -> Decimal:
    return value.to_decimal()
