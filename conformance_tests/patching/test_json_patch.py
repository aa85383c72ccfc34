"""JSON Patch: https://www.rfc-editor.org/rfc/rfc6902."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance_tests.fhir.strategies import decimals
from conformance_tests.patching import shared_cases
from server.fhir import codec
from server.fhir.errors import Invalid, Unprocessable
from server.fhir.resource import Json
from server.patching import bounds, json_patch

CASES = shared_cases.read("json-patch-r4.json")

scalars = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | decimals | st.text(max_size=5)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
)


def patched(document: Json, *operations: Json) -> Json:
    return json_patch.read(codec.encode(list(operations)))(document)


def refusal(document: Json, *operations: Json) -> str:
    with pytest.raises(Unprocessable) as found:
        patched(document, *operations)
    return str(found.value)


@pytest.mark.skipif(not CASES, reason="needs ../shared")
@pytest.mark.parametrize("case", CASES, ids=[one["id"] for one in CASES])
def test_a_public_case_gives_what_it_says(case: dict[str, Any]) -> None:
    change = json_patch.read(json.dumps(case["patch"]).encode())
    if "error" in case:
        with pytest.raises(Unprocessable):
            change(case["doc"])
    else:
        assert change(case["doc"]) == case["expected"]


def test_an_added_decimal_keeps_its_digits() -> None:
    change = json_patch.read(b'[{"op": "add", "path": "/value", "value": 72.50}]')
    assert codec.encode(change(codec.decode(b'{"kept": 1e2}'))) == b'{"kept":1e2,"value":72.50}'


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/a/0", "value": 0}, {"a": [0, 1, 2, 3]}),
        ({"op": "add", "path": "/a/3", "value": 4}, {"a": [1, 2, 3, 4]}),
        ({"op": "add", "path": "/a/-", "value": 4}, {"a": [1, 2, 3, 4]}),
        ({"op": "add", "path": "", "value": 4}, 4),
        ({"op": "add", "path": "/a", "value": None}, {"a": None}),
        ({"op": "remove", "path": "/a/1"}, {"a": [1, 3]}),
        ({"op": "remove", "path": "/a"}, {}),
        ({"op": "remove", "path": ""}, None),
        ({"op": "replace", "path": "/a/2", "value": {}}, {"a": [1, 2, {}]}),
        ({"op": "replace", "path": "", "value": {}}, {}),
        ({"op": "move", "from": "/a/0", "path": "/a/2"}, {"a": [2, 3, 1]}),
        ({"op": "move", "from": "/a/0", "path": "/a/0"}, {"a": [1, 2, 3]}),
        ({"op": "copy", "from": "/a", "path": "/a/1"}, {"a": [1, [1, 2, 3], 2, 3]}),
        ({"op": "test", "path": "", "value": {"a": [1.0, 2, 3]}}, {"a": [1, 2, 3]}),
    ],
    ids=str,
)
def test_an_operation_does_what_it_says(operation: Json, expected: Json) -> None:
    document = {"a": [1, 2, 3]}
    assert patched(document, operation) == expected
    assert document == {"a": [1, 2, 3]}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "/a/4", "value": 0},
        {"op": "add", "path": "/a/01", "value": 0},
        {"op": "add", "path": "/b/c", "value": 0},
        {"op": "add", "path": "/t/c", "value": 0},
        {"op": "remove", "path": "/b"},
        {"op": "remove", "path": "/a/-"},
        {"op": "replace", "path": "/b", "value": 0},
        {"op": "replace", "path": "/a/3", "value": 0},
        {"op": "move", "from": "/b", "path": "/c"},
        {"op": "copy", "from": "/t/1", "path": "/c"},
        {"op": "test", "path": "/b", "value": None},
        {"op": "test", "path": "/a", "value": [1, 2]},
        {"op": "test", "path": "/a/0", "value": True},
        {"op": "test", "path": "/a/0", "value": "1"},
        {"op": "test", "path": "/t", "value": {"t": 1}},
    ],
    ids=str,
)
def test_an_operation_that_does_not_apply_is_told_by_its_number_and_name(operation: Json) -> None:
    told = refusal({"a": [1, 2, 3], "t": "text"}, {"op": "test", "path": "/t", "value": "text"}, operation)
    assert told.startswith(f"operation 2 ({operation['op']}): ")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[1]",
        b"[{}]",
        b'[{"op": "frob", "path": ""}]',
        b'[{"op": ["add"], "path": ""}]',
        b'[{"op": "add", "path": ""}]',
        b'[{"op": "add", "value": 1}]',
        b'[{"op": "add", "path": "a", "value": 1}]',
        b'[{"op": "add", "path": "/~2", "value": 1}]',
        b'[{"op": "remove", "path": 1}]',
        b'[{"op": "move", "path": "/a/b", "from": "/a"}]',
        b'[{"op": "copy", "path": "/a"}]',
        b'[{"op": "remove", "path": "/a", "op": "test"}]',
        b'[{"op": "remove", "path": "%s"}]' % (b"/a" * 101),
        b"[%s]" % b",".join([b'{"op": "remove", "path": "/a"}'] * 1_001),
    ],
    ids=lambda text: text[:40].decode(),
)
def test_what_is_no_patch_cannot_be_read(text: bytes) -> None:
    with pytest.raises(Invalid):
        json_patch.read(text)


def test_copies_of_copies_are_refused_before_they_fill_the_memory() -> None:
    doubling = [{"op": "copy", "from": "", "path": f"/{number}"} for number in range(200)]
    with pytest.raises(Unprocessable):
        bounds.checked(patched({"a": "x"}, *doubling))


def test_long_strings_that_are_copied_are_refused() -> None:
    copies = [{"op": "copy", "from": "/a", "path": f"/{number}"} for number in range(100)]
    with pytest.raises(Unprocessable):
        bounds.checked(patched({"a": "x" * 2**20}, *copies))


def test_a_patch_takes_so_much_work_only() -> None:
    with pytest.raises(Unprocessable, match="too much work"):
        patched([0] * 1_000_000, *[{"op": "add", "path": "/0", "value": 1}] * 1_000)


@given(values)
def test_what_a_body_may_hold_is_within_bounds(value: Json) -> None:
    assert bounds.checked(value) is value


@given(values, values)
def test_replacing_one_value_by_another_gives_the_other(one: Json, other: Json) -> None:
    replaced = patched({"v": one}, {"op": "replace", "path": "/v", "value": other})
    assert codec.encode(replaced) == codec.encode({"v": other})


@given(values)
def test_every_value_is_equal_to_itself_as_it_is_read_again(value: Json) -> None:
    assert json_patch.equal(value, codec.decode(codec.encode(value)))


@given(values, st.lists(values, max_size=3))
def test_any_text_is_read_and_applied_or_refused(document: Json, operations: list[Json]) -> None:
    with suppress(Unprocessable, Invalid):
        patched(document, *operations)


paths = st.lists(st.sampled_from(("a", "0", "1", "-", "b")), max_size=3).map(
    lambda steps: "".join(f"/{s}" for s in steps)
)
drawn = st.fixed_dictionaries(
    {"op": st.sampled_from(sorted(json_patch.OPERATIONS)), "path": paths, "from": paths, "value": values}
)
documents = st.fixed_dictionaries({"a": st.lists(values, max_size=3), "b": st.fixed_dictionaries({"a": values})})


@given(documents, st.lists(drawn, max_size=5))
def test_a_patch_leaves_the_document_that_it_is_given_alone(document: Json, operations: list[Json]) -> None:
    before = codec.encode(document)
    with suppress(Unprocessable, Invalid):
        patched(document, *operations)
    assert codec.encode(document) == before
