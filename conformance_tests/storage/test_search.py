"""Searching a store: whatever a Condition asks, the store finds what the interpreter says it means."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance_tests.storage.changes import change, commit, removal, tagged
from conformance_tests.storage.openers import Opener
from server.fhir.temporal import BEGIN, DAY, END
from server.search.condition import (
    All,
    Any,
    Chain,
    Condition,
    Itself,
    Not,
    Prefix,
    Reverse,
    Span,
    Substring,
    Term,
    Valued,
)
from server.search.entries import Collector, Entries, Number
from server.search.interpreter import holds
from server.storage.store import Query, Store

pytestmark = pytest.mark.anyio

TERMS = ("_type=Patient", "_type=Claim", "a", "b", "c=1", "c=2")
SPANS = ("when", "amount")
TEXTS = ("name", "city")
LINKS = ("Patient.link", "Patient.other")
REFERENCES = tuple(f"Patient/r{place}" for place in range(8))
VALUED = ("Patient.name", "Patient.active", "Claim.use")
letters = st.text(st.sampled_from("ab\x7fé\ud7ff\ue000\U0010ffff"), min_size=1, max_size=3)
ticks = st.sampled_from((BEGIN, END, 0, 1, DAY, 26 * DAY // 24, 32 * DAY, 33 * DAY, -400 * DAY, 366 * DAY))
amounts = st.sampled_from(
    tuple(map(Decimal, ("0", "0.01", "0.011", "1", "1.01", "-1", "-1.5", "1E+3", "1002", "1E+20", "-1E-20", "-1E+20")))
)
numbers: Mapping[str, st.SearchStrategy[Number]] = {"when": ticks, "amount": amounts}


@st.composite
def entries(draw: st.DrawFn) -> Entries:
    """The entries of a resource; a span of time begins before it ends, a number may be a point."""
    into = Collector(terms=draw(st.sets(st.sampled_from(TERMS), max_size=4)))
    for name in draw(st.lists(st.sampled_from(SPANS), min_size=1, max_size=4)):
        low, high = sorted((draw(numbers[name]), draw(numbers[name])))
        if low < high or name == "amount":
            into.spans.add((name, low, high))
    into.texts = draw(st.sets(st.tuples(st.sampled_from(TEXTS), letters), max_size=3))
    into.links = draw(st.sets(st.tuples(st.sampled_from(LINKS), st.sampled_from(REFERENCES)), max_size=3))
    into.terms |= {f"{name}={to}" for name, to in into.links}
    into.valued = sorted(draw(st.sets(st.sampled_from(VALUED))))
    return into.entries()


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """A span condition with any of its bounds."""
    name = draw(st.sampled_from(SPANS))
    bound: st.SearchStrategy[Number | None] = st.none() | numbers[name]
    found = Span(name, draw(bound), draw(bound), draw(bound), draw(bound))
    stated = (found.low_from, found.low_before, found.high_after, found.high_to)
    return found if any(one is not None for one in stated) else Span(name, low_from=draw(numbers[name]))


terms = st.sampled_from((*TERMS, "missing")).map(Term)
texts = st.builds(Prefix, st.sampled_from(TEXTS), letters) | st.builds(Substring, st.sampled_from(TEXTS), letters)
valued = st.sampled_from((*VALUED, "nothing")).map(Valued)
itself = st.sampled_from((*REFERENCES, "Patient/none")).map(Itself)
leaves: st.SearchStrategy[Condition] = st.one_of(terms, spans(), texts, valued, itself)


def combined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions made of others."""
    parts = st.lists(inner, max_size=3).map(tuple)
    links = st.builds(Chain, st.sampled_from(LINKS), inner) | st.builds(Reverse, st.sampled_from(LINKS), inner)
    return st.one_of(st.builds(All, parts), st.builds(Any, parts), st.builds(Not, inner), links)


conditions = st.recursive(leaves, combined, max_leaves=6)
sound = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(sound, max_examples=60)
@given(resources=st.lists(entries(), min_size=1, max_size=8), asked=st.lists(conditions, min_size=5, max_size=30))
async def test_a_store_finds_what_the_interpreter_says(
    store: Store, resources: list[Entries], asked: list[Condition]
) -> None:
    await _replace_all(store, resources)
    for condition in asked:
        await _agrees(store, resources, condition)


@settings(sound, max_examples=60)
@given(resources=st.lists(entries(), min_size=4, max_size=8), asked=st.lists(spans(), min_size=10, max_size=30))
async def test_a_store_finds_spans_alone_and_beside_a_term(
    store: Store, resources: list[Entries], asked: list[Span]
) -> None:
    await _replace_all(store, resources)
    for span in asked:
        await _finds(store, resources, span)
        await _finds(store, resources, All((Term("a"), span)))


async def _agrees(store: Store, resources: list[Entries], condition: Condition) -> None:
    expected = await _finds(store, resources, condition)
    assert await store.count(condition, 50) == expected
    assert await store.count(condition, 2) == min(expected, 2)


async def _finds(store: Store, resources: list[Entries], condition: Condition) -> int:
    world = {f"Patient/r{place}": one for place, one in enumerate(resources)}
    expected = [name.partition("/")[2] for name, one in world.items() if holds(condition, one, name, world)]
    found = await store.search(Query(condition, 50))
    assert (sorted(row.id for row in found.rows), found.more) == (expected, False), condition
    return len(expected)


async def _replace_all(store: Store, resources: list[Entries]) -> None:
    """Give the resources of one life after another new entries: what the last life left behind must not be found."""
    for place in range(8):
        current = await store.read("Patient", f"r{place}")
        version = 1 if current is None else current.version + 1
        if place < len(resources):
            await store.commit(commit(change(f"Patient/r{place}", version, resources[place])))
        elif current is not None and current.body is not None:
            await store.commit(commit(removal(f"Patient/r{place}", version)))


async def test_pages_follow_the_place_of_creation_from_the_newest(store: Store) -> None:
    for place in range(7):
        await store.commit(commit(change(f"Patient/r{place}", entries=tagged("x"))))
    await store.commit(commit(change("Patient/r3", 2, tagged("x"))))
    seen: list[str] = []
    below: int | None = None
    for _ in range(3):
        page = await store.search(Query(Term("x"), 3, below))
        seen += [row.id for row in page.rows]
        below = page.rows[-1].order
    assert seen == [f"r{place}" for place in range(6, -1, -1)]
    assert page.more is False


async def test_a_search_carries_the_current_body(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("x"))))
    await store.commit(commit(change("Patient/a", 2, tagged("x"))))
    (row,) = (await store.search(Query(Term("x"), 5))).rows
    assert row == await store.read("Patient", "a")


async def test_a_condition_of_many_values_finds_each_resource_once(store: Store) -> None:
    await store.commit(commit(change("Patient/a", entries=tagged("v1", "v2", "v3"))))
    found = await store.search(Query(Any(tuple(Term(f"v{number}") for number in range(300))), 5))
    assert [row.id for row in found.rows] == ["a"]


MANY: dict[str, list[Condition]] = {
    "terms": [Term(f"v{number}") for number in range(5_000)],
    "terms of several groups": [Any((Term(f"v{number}"), Term(f"w{number}"))) for number in range(5_000)],
    "texts": [Prefix("name", f"ab{number:04}") for number in range(600)],
    "parts of texts": [Substring("name", f"b{number:04}") for number in range(600)],
    "spans": [Span("when", low_from=DAY * number, high_to=DAY * (number + 1)) for number in range(600)],
    "of all kinds": [
        one
        for number in range(300)
        for one in (Term(f"v{number}"), Prefix("name", f"ab{number:04}"), Span("when", low_from=DAY * (number + 1)))
    ],
}


@pytest.mark.parametrize("kind", MANY)
async def test_conditions_of_very_many_alternatives_are_answered(store: Store, kind: str) -> None:
    into = Collector({"v7", "x"}, {("when", DAY * 7, DAY * 8)}, {("name", "ab0007")})
    await store.commit(commit(change("Patient/a", entries=into.entries()), change("Patient/b", entries=tagged("x"))))
    condition = Any(tuple(MANY[kind]))
    for asked in (condition, All((Term("x"), condition)), All((Term("x"), Not(Not(condition))))):
        assert [row.id for row in (await store.search(Query(asked, 5))).rows] == ["a"]
    assert await store.count(condition, 5) == 1


async def test_pages_of_a_condition_of_many_values_follow_the_place_of_creation(store: Store) -> None:
    for number in (0, 299, 100, 250, 150, 201, 1):
        await store.commit(commit(change(f"Patient/r{number}", entries=tagged(f"v{number}", "v7"))))
    condition = Any(tuple(Term(f"v{number}") for number in range(300)))
    seen: list[str] = []
    below: int | None = None
    for _ in range(3):
        page = await store.search(Query(condition, 3, below))
        seen += [row.id for row in page.rows]
        below = page.rows[-1].order
    assert seen == ["r1", "r201", "r150", "r250", "r100", "r299", "r0"]
    assert (page.more, await store.count(condition, 50), await store.count(condition, 5)) == (False, 7, 5)


@pytest.mark.parametrize("name", ["description", "=", ""])
async def test_texts_and_terms_of_any_length_are_found(store: Store, name: str) -> None:
    text = "a" * 250 + "é" * 250 + "berger" + "b" * 5_000
    resources = [
        Entries(("t" * 5_000, "short"), (), ((name, text),)),
        Entries(("t" * 4_999,), (), ((name, text[:300]), (name, "short"))),
        Entries((), (), (("other", text),)),
    ]
    for place, one in enumerate(resources):
        await store.commit(commit(change(f"Patient/r{place}", entries=one)))
    lengths = (1, 199, 200, 201, 250, 251, 300, 301, 5_000, len(text))
    asked: list[Condition] = [
        Term("t" * 5_000),
        Term("t" * 4_999),
        Term("t" * 200),
        Term("shor"),
        Prefix(name, "short"),
    ]
    asked += [kind(name, text[:length]) for length in lengths for kind in (Prefix, Substring)]
    asked += [Substring(name, part) for part in ("aé", "berger", "é" * 51, "ab", "hort", "berger" + "b" * 5_001)]
    asked += [Prefix(name, text[:300] + "x"), Prefix(name, text + "x"), Not(Prefix(name, text[:301]))]
    for condition in asked:
        await _agrees(store, resources, condition)


async def test_bounds_finer_than_what_is_stored_are_kept(store: Store) -> None:
    finest = Decimal("1E-50")
    resources = [Entries(spans=(("amount", Decimal(low), Decimal(low) + 1),)) for low in (-1, 0, 1, 2)]
    for place, one in enumerate(resources):
        await store.commit(commit(change(f"Patient/r{place}", entries=one)))
    exact = Context(prec=80)
    for edge in (Decimal(-1), Decimal(0), Decimal(1), Decimal(2)):
        for bound in (edge, exact.add(edge, finest), exact.subtract(edge, finest)):
            for name in ("low_from", "low_before", "high_after", "high_to"):
                await _finds(store, resources, Span("amount", **{name: bound}))


async def test_the_selective_condition_of_several_is_found_among_many(opener: Opener) -> None:
    store = await opener("definitions", 1)
    for start in range(0, 3000, 500):
        changes = [
            change(f"Patient/p{number}", entries=tagged("t", f"n{number}")) for number in range(start, start + 500)
        ]
        await store.commit(commit(*changes))
    found = await store.search(Query(All((Term("t"), Term("n17"))), 5))
    assert [row.id for row in found.rows] == ["p17"]
    assert await store.count(Term("t"), 10_000) == 3000
    await store.close()
