"""Entries that meet a fault of our own: each is answered by itself, and the others as if it were not there."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry
from conformance_tests.interactions.serving import Service, body, patient
from server.fhir.resource import Resource
from server.storage.store import Row

pytestmark = pytest.mark.anyio


@pytest.fixture
def broken(server: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store fail unexpectedly where it reads Patient/bad."""
    store = type(server.engine.store)
    read = store.read

    async def reading(self: object, type: str, id: str) -> Row | None:
        if id == "bad":
            raise RuntimeError("Rosa Rivera")
        return await read(self, type, id)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "read", reading)


def faulty(found: Resource) -> str:
    """The id of the fault that an entry was answered with."""
    assert found["response"]["status"] == "500 Internal Server Error"
    (issue,) = found["response"]["outcome"]["issue"]
    assert (issue["severity"], issue["code"]) == ("fatal", "exception")
    return str(issue["diagnostics"]).rpartition(" ")[2]


@pytest.mark.usefixtures("broken")
async def test_an_entry_of_a_batch_that_meets_a_fault_leaves_the_others_their_answers(
    server: Service, caplog: pytest.LogCaptureFixture
) -> None:
    await server.put("Patient/good", patient(id="good"))
    sent = bundle(
        entry("POST", "Patient", patient()),
        entry("PUT", "Patient/bad", patient(id="bad")),
        entry("GET", "Patient/good"),
        type="batch",
    )
    answer = await server.post("", sent)
    first, second, third = body(answer)["entry"]
    assert (first["response"]["status"], third["response"]["status"][:3]) == ("201 Created", "200")
    assert faulty(second) in caplog.text
    assert "Rivera" not in answer.text + caplog.text


@pytest.mark.usefixtures("broken")
async def test_a_read_that_meets_a_fault_behind_the_commit_of_a_transaction_is_answered_in_its_entry(
    server: Service, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await server.post("", bundle(entry("POST", "Patient", patient()), entry("GET", "Patient/bad")))
    first, second = body(answer)["entry"]
    assert (answer.status_code, first["response"]["status"]) == (200, "201 Created")
    assert faulty(second) in caplog.text
