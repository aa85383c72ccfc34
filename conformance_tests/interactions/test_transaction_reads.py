"""Reads inside a transaction: what is not understood fails all of it (ARCHITECTURE.md, decision 21)."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import Service, issues, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

NOT_UNDERSTOOD = (
    ("a parameter of a history", 400, entry("GET", "Patient/q1/_history?foo=bar")),
    ("the size of a page of history", 400, entry("GET", "Patient/q1/_history?_count=0")),
    ("the cursor of a history", 400, entry("GET", "Patient/q1/_history?_cursor=zz")),
    ("the cursor of a search", 400, entry("GET", "Patient?_cursor=zz")),
    ("the cursor of a count", 400, entry("GET", "Patient?_count=0&_cursor=zz")),
    ("an operation", 404, entry("GET", "Patient/q1/$nothing")),
    ("an operation that writes", 405, entry("GET", "PaymentReconciliation/$post")),
    ("a parameter of an operation", 400, entry("GET", "$report?foo=bar")),
    ("an entity tag", 400, entry("GET", "Patient/q1", ifNoneMatch="one")),
    ("an address", 404, entry("GET", "Patient/q1/nothing")),
    ("a parameter of a read", 400, entry("GET", "Patient/q1?foo=bar")),
)


@pytest.mark.parametrize(
    ("status", "asked"), [one[1:] for one in NOT_UNDERSTOOD], ids=[one[0] for one in NOT_UNDERSTOOD]
)
async def test_a_read_that_is_not_understood_fails_the_transaction(
    server: Service, status: int, asked: Resource
) -> None:
    await server.put("Patient/q1", patient(id="q1"))
    answer = await server.post("", bundle(entry("POST", "Patient", patient()), asked))
    assert answer.status_code == status, answer.text
    assert issues(answer)[0][2] in ("Bundle.entry[1]", "Bundle.entry[1].request")
    assert await server.found("Patient") == ["q1"]


async def test_reads_that_find_nothing_are_answered_in_their_entries(server: Service) -> None:
    await server.delete("Patient/q1")
    sent = bundle(
        entry("POST", "Patient", patient()),
        entry("GET", "Patient/q1"),
        entry("GET", "Patient/q1/_history"),
        entry("GET", "Patient/q1/_history/7"),
        entry("GET", "Patient?gender=male"),
    )
    assert [status[:3] for status, _ in responses(await server.post("", sent))] == ["201", "404", "404", "404", "200"]
    assert await server.found("Patient") == ["id-1"]
