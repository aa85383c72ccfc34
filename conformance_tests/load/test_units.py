"""What `almoner load` sends together: transactions whole, single resources in groups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.commands import load_units
from server.commands.load_units import GROUP, Fault, Unit
from server.fhir.errors import Invalid
from server.fhir.resource import Resource


def found(resource: Resource) -> list[Unit | Fault]:
    return list(load_units.of_resource("a.json", "key", resource, 10))


def units(resource: Resource) -> list[Unit]:
    return [one for one in found(resource) if isinstance(one, Unit)]


def basics(count: int) -> list[Resource]:
    return [{"resource": {"resourceType": "Basic", "id": str(number)}} for number in range(count)]


def sent(unit: Unit) -> list[Resource]:
    return [entry for _, entry in unit.entries]


def test_a_resource_with_an_id_is_put_where_its_id_says() -> None:
    resource = {"resourceType": "Basic", "id": "1"}
    (unit,) = units(resource)
    assert sent(unit) == [{"resource": resource, "request": {"method": "PUT", "url": "Basic/1"}}]


def test_a_resource_without_an_id_is_created() -> None:
    resource = {"resourceType": "Basic"}
    (unit,) = units(resource)
    assert sent(unit) == [{"resource": resource, "request": {"method": "POST", "url": "Basic"}}]


def test_a_transaction_stays_whole_however_long_it_is() -> None:
    entries = [{**entry, "request": {"method": "POST", "url": "Basic"}} for entry in basics(GROUP + 1)]
    (unit,) = units({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert sent(unit) == entries
    assert not unit.divisible


@pytest.mark.parametrize("type_", ["collection", "searchset"])
def test_the_resources_of_a_collection_are_sent_in_groups(type_: str) -> None:
    groups = units({"resourceType": "Bundle", "type": type_, "entry": basics(GROUP * 2 + 1)})
    assert [(unit.first, unit.count, unit.size) for unit in groups] == [
        (0, GROUP, 10),
        (GROUP, GROUP, 0),
        (GROUP * 2, 1, 0),
    ]


def test_entries_that_refer_to_one_another_within_the_bundle_stay_together() -> None:
    entries = [{"fullUrl": f"urn:uuid:{number}", **entry} for number, entry in enumerate(basics(GROUP + 1))]
    (unit,) = units({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert unit.whole
    assert sent(unit)[0]["fullUrl"] == "urn:uuid:0"


def test_the_outcomes_of_a_search_are_left_out() -> None:
    entries = [{**basics(1)[0], "search": {"mode": "outcome"}}, *basics(1)]
    (unit,) = units({"resourceType": "Bundle", "type": "searchset", "entry": entries})
    assert len(unit.entries) == 1


def test_what_is_no_entry_of_a_batch_is_a_fault_and_the_others_are_sent() -> None:
    entry = {"request": {"method": "DELETE", "url": "Basic/1"}}
    fault, unit = found({"resourceType": "Bundle", "type": "batch", "entry": [5, entry]})
    assert fault == Fault("a.json entry 1", "it holds nothing to load")
    assert isinstance(unit, Unit)
    assert sent(unit) == [entry]


def test_a_batch_keeps_its_requests_except_reads() -> None:
    entries = [{"request": {"method": method, "url": "Basic/1"}} for method in ("GET", "HEAD", "PUT", "DELETE")]
    (unit,) = units({"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert sent(unit) == entries[2:]
    assert unit.divisible


@pytest.mark.parametrize("type_", ["document", "message"])
def test_a_document_or_message_is_itself_the_resource(type_: str) -> None:
    bundle = {"resourceType": "Bundle", "id": "b", "type": type_, "entry": basics(1)}
    (unit,) = units(bundle)
    assert sent(unit) == [{"resource": bundle, "request": {"method": "PUT", "url": "Bundle/b"}}]


@pytest.mark.parametrize("type_", ["history", "transaction-response", "batch-response"])
def test_a_bundle_of_answers_is_refused(type_: str) -> None:
    with pytest.raises(Invalid, match=f"a Bundle of type {type_} cannot be loaded"):
        units({"resourceType": "Bundle", "type": type_, "entry": basics(1)})


@pytest.mark.parametrize("entry", [{}, {"resource": 1}, {"resource": {}}, {"resource": {"resourceType": 1}}, 1, None])
def test_an_entry_without_resource_is_a_fault_and_the_others_are_sent(entry: object) -> None:
    first, last = basics(2)
    fault, unit = found({"resourceType": "Bundle", "type": "collection", "entry": [first, entry, last]})
    assert fault == Fault("a.json entry 2", "it holds nothing to load")
    assert isinstance(unit, Unit)
    assert (unit.first, unit.count, [number for number, _ in unit.entries]) == (0, 3, [0, 2])


@pytest.mark.parametrize(("type_", "entries"), [("batch", 1), ("collection", {"a": 1}), ("transaction", ["a"])])
def test_entries_that_are_none_are_refused(type_: str, entries: object) -> None:
    with pytest.raises(Invalid, match="must be"):
        units({"resourceType": "Bundle", "type": type_, "entry": entries})


def test_an_empty_bundle_has_nothing_to_send() -> None:
    (unit,) = units({"resourceType": "Bundle", "type": "collection"})
    assert unit.entries == ()


@given(st.integers(2, 300), st.data())
def test_halving_loses_and_repeats_no_entry(count: int, data: st.DataObject) -> None:
    numbers = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    unit = load_units.of_lines(
        "a", "key", (7, count), [(7 + n, {"resourceType": "Basic"}) for n in sorted(numbers)], 10
    )
    pending, leaves = [unit], []
    while pending:
        one = pending.pop(0)
        pending += load_units.halves(one) if one.divisible else ()
        leaves += [] if one.divisible else [one]
    assert sorted(number for leaf in leaves for number, _ in leaf.entries) == [7 + n for n in sorted(numbers)]
    assert len({(leaf.first, leaf.count) for leaf in leaves}) == len(leaves)


def test_messages_name_the_entries_counting_from_one() -> None:
    lines = [(number, {"resourceType": "Basic"}) for number in (200, 203)]
    unit = load_units.of_lines("a.ndjson", "key", (200, 4), lines, 10)
    assert [unit.place, *(half.place for half in load_units.halves(unit))] == [
        "a.ndjson entry 201-204",
        "a.ndjson entry 201",
        "a.ndjson entry 204",
    ]
