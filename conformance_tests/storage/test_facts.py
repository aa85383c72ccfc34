"""Facts: what reports sum in the store."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from conformance_tests.storage.changes import change, commit, removal
from server.fhir.fact import Fact, FactQuery, FactSum
from server.storage.store import Store

pytestmark = pytest.mark.anyio

CHARGE = Fact("charge", "2026-03-01", "Organization/x", "Practitioner/p", "", "USD", 12_550)
PAYMENT = Fact("payment", "2026-04-02", "Organization/y", "Practitioner/p", "", "USD", 5_000)
IMPORTED = Fact("charge", "2026-03-31", "Organization/x", "", "", "USD", 0, Decimal("28.104000000000003"))


async def test_facts_are_counted_and_summed_by_kind_outcome_currency_and_origin(store: Store) -> None:
    await store.commit(commit(change("Claim/a", facts=(CHARGE, IMPORTED)), change("Claim/b", facts=(CHARGE, PAYMENT))))
    found = await store.sum_facts(FactQuery(("charge", "payment"), "2026-01-01", "2026-12-31"))
    assert set(found) == {
        FactSum("charge", "", "", "USD", False, 2, 25_100, Decimal(0)),
        FactSum("charge", "", "", "USD", True, 1, 0, Decimal("28.104000000000003")),
        FactSum("payment", "", "", "USD", False, 1, 5_000, Decimal(0)),
    }


async def test_the_days_of_a_query_are_inclusive(store: Store) -> None:
    await store.commit(commit(change("Claim/a", facts=(CHARGE, PAYMENT))))
    found = await store.sum_facts(FactQuery(("charge", "payment"), "2026-03-01", "2026-04-01"))
    assert [one.kind for one in found] == ["charge"]
    assert len(await store.sum_facts(FactQuery(("charge", "payment"), "2026-03-02", "2026-04-02"))) == 1


@pytest.mark.parametrize(
    ("group_by", "groups"),
    [
        ("payer", {"Organization/x", "Organization/y"}),
        ("provider", {"Practitioner/p"}),
        ("month", {"2026-03", "2026-04"}),
    ],
)
async def test_facts_are_grouped(store: Store, group_by: str, groups: set[str]) -> None:
    await store.commit(commit(change("Claim/a", facts=(CHARGE, PAYMENT))))
    found = await store.sum_facts(FactQuery(("charge", "payment"), "2026-01-01", "2026-12-31", group_by))
    assert {one.group for one in found} == groups


async def test_an_update_replaces_the_facts_and_a_deletion_removes_them(store: Store) -> None:
    query = FactQuery(("charge", "payment"), "2026-01-01", "2026-12-31")
    await store.commit(commit(change("Claim/a", facts=(CHARGE,))))
    await store.commit(commit(change("Claim/a", 2, facts=(PAYMENT,))))
    assert [one.kind for one in await store.sum_facts(query)] == ["payment"]
    await store.commit(commit(removal("Claim/a", 3)))
    assert await store.sum_facts(query) == ()


async def test_decimals_of_any_size_are_summed_exactly(store: Store) -> None:
    texts = ("123456789012345678E+30", "-1E-30", "0.00", "-5.10", "1" * 60 + "." + "7" * 60, "-" + "9" * 50, "1E+3")
    facts = tuple(Fact("charge", "2026-03-01", exact=Decimal(text)) for text in texts)
    await store.commit(commit(change("Claim/a", facts=facts), change("Claim/b", facts=facts[:3])))
    (found,) = await store.sum_facts(FactQuery(("charge",), "2026-01-01", "2026-12-31"))
    assert (found.count, found.amount, found.imported) == (10, 0, True)
    assert found.exact == sum(map(Fraction, (*texts, *texts[:3])))


async def test_minor_units_and_decimals_of_one_group_are_summed_apart(store: Store) -> None:
    facts = (CHARGE, CHARGE, IMPORTED, Fact("charge", "2026-03-01", "Organization/x", "", "", "USD", -550))
    await store.commit(commit(change("Claim/a", facts=facts)))
    assert await store.sum_facts(FactQuery(("charge",), "2026-03-01", "2026-03-31", "payer")) == (
        FactSum("charge", "Organization/x", "", "USD", False, 3, 24_550, Decimal(0)),
        FactSum("charge", "Organization/x", "", "USD", True, 1, 0, Decimal("28.104000000000003")),
    )


async def test_an_update_with_fewer_facts_leaves_none_behind(store: Store) -> None:
    wide = Fact("charge", "2026-03-01", exact=Decimal("1" * 100))
    await store.commit(commit(change("Claim/a", facts=(wide, CHARGE, PAYMENT))))
    await store.commit(commit(change("Claim/a", 2, facts=(CHARGE,))))
    found = await store.sum_facts(FactQuery(("charge", "payment"), "2026-01-01", "2026-12-31"))
    assert [(one.kind, one.count, one.imported) for one in found] == [("charge", 1, False)]


async def test_imported_decimals_are_summed_exactly(store: Store) -> None:
    facts = [Fact("charge", "2026-03-01", exact=Decimal(text)) for text in ("0.1", "0.2", "99999999999.000000001")]
    await store.commit(commit(change("Claim/a", facts=tuple(facts))))
    (found,) = await store.sum_facts(FactQuery(("charge",), "2026-01-01", "2026-12-31"))
    assert found.exact == Decimal("99999999999.300000001")


async def test_sums_beyond_64_bits_are_exact(store: Store) -> None:
    largest = 10**18 - 1
    facts = tuple(Fact("charge", "2026-03-01", currency="USD", amount=largest) for _ in range(20))
    owed = tuple(Fact("payment", "2026-03-01", currency="USD", amount=-largest) for _ in range(20))
    await store.commit(commit(change("Claim/a", facts=(*facts, *owed))))
    found = await store.sum_facts(FactQuery(("charge", "payment"), "2026-01-01", "2026-12-31"))
    assert [one.amount for one in found] == [20 * largest, -20 * largest]
