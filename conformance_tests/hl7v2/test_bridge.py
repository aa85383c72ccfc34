"""From the bytes of a message to its acknowledgement: what the sender is told, and when."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from conformance_tests.hl7v2.messages import A04, EASTERN, NOW, PID, PV1, header, segment, text
from server.fhir import codec
from server.fhir.errors import Conflict, FhirError, PreconditionFailed, Unavailable, Unprocessable
from server.fhir.outcome import Issue, outcome
from server.fhir.resource import Resource
from server.hl7v2 import er7, original
from server.hl7v2.bridge import Bridge
from server.interactions.request import Reply

pytestmark = pytest.mark.anyio


@dataclass
class Store:
    """A store that keeps the Bundles it is given, or answers as it is told to."""

    reply: Callable[[Resource], Reply] = lambda _: Reply(200)
    bundles: list[Resource] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)

    async def submit(self, bundle: Resource) -> Reply:
        reply = self.reply(bundle)
        if reply.status < 400:
            self.bundles.append(bundle)
            tags = [one["resource"].get("meta", {}).get("tag", []) for one in bundle["entry"]]
            self.digests |= {tag["code"] for found in tags for tag in found}
        return reply

    async def known(self, digest: str) -> bool:
        return digest in self.digests


def bridge(store: Store) -> Bridge:
    return Bridge(store.submit, store.known, lambda: NOW, lambda: "A1", EASTERN)


async def answered(message: str | bytes, store: Store | None = None) -> er7.Message:
    data = message.encode() if isinstance(message, str) else message
    return er7.read(await bridge(store or Store()).answer(data))


def told(answer: er7.Message) -> tuple[str, str, str, str]:
    """Acknowledgement code, the message it answers, and the place and code of the error."""
    msa, err = answer.segment("MSA"), answer.segment("ERR")
    return msa.text(1), msa.text(2), err.raw(2), err.text(3)


def raising(error: Exception) -> Store:
    def reply(_: Resource) -> Reply:
        raise error

    return Store(reply)


def replying(status: int, *issues: Issue) -> Store:
    return Store(lambda _: Reply(status, codec.encode(outcome(issues)) if issues else b""))


async def test_a_message_is_accepted_after_its_commit() -> None:
    store = Store()
    assert told(await answered(A04, store)) == ("AA", "MSG1", "", "")
    assert [one["type"] for one in store.bundles] == ["transaction"]


async def test_the_same_message_again_is_accepted_and_not_applied() -> None:
    store = Store()
    await answered(A04, store)
    assert told(await answered(A04, store)) == ("AA", "MSG1", "", "")
    assert len(store.bundles) == 1


async def test_the_same_control_id_with_other_content_is_a_new_message() -> None:
    store = Store()
    await answered(A04, store)
    await answered(A04.replace("Doe^Jane", "Doe^Janet"), store)
    assert len(store.bundles) == 2


async def test_what_store_and_bridge_know_a_message_by_is_one_digest() -> None:
    store = Store()
    await answered(A04, store)
    assert store.digests == {original.digest(A04.encode())}


async def test_content_that_cannot_be_applied_is_an_error_with_its_place() -> None:
    message = text(header("ADT^A04"), segment("PID", {3: "1", 7: "someday"}))
    assert told(await answered(message)) == ("AE", "MSG1", "PID^1^7^1^1", "102")


async def test_another_message_type_is_rejected() -> None:
    assert told(await answered(text(header("ORU^R01"), PID))) == ("AR", "MSG1", "MSH^1^9^1^1", "200")


async def test_what_is_no_message_is_rejected() -> None:
    assert told(await answered(b"\x00\xffGET / HTTP/1.1")) == ("AR", "", "MSH^1", "100")


async def test_a_message_with_an_unreadable_line_is_rejected_by_its_control_id() -> None:
    assert told(await answered(A04 + "no segment\r")) == ("AR", "MSG1", "MSH^1", "100")


@pytest.mark.parametrize(
    ("store", "code"),
    [
        (raising(Unavailable("closed")), "AR"),
        (raising(FhirError("broken")), "AR"),
        (raising(Conflict("raced")), "AR"),
        (replying(503), "AR"),
        (replying(429), "AR"),
        (raising(PreconditionFailed("two match")), "AE"),
        (replying(400), "AE"),
    ],
)
async def test_what_may_succeed_later_is_rejected_and_what_may_not_is_an_error(store: Store, code: str) -> None:
    assert told(await answered(A04, store))[0] == code


async def test_a_store_that_does_not_answer_asks_for_the_message_again() -> None:
    answer = await answered(A04, raising(Unavailable("closed")))
    assert answer.segment("ERR").text(8) == "the store does not take messages now; send it again"


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_refused_resource_is_told_by_the_segment_it_came_from(wrapped: bool) -> None:
    issue = Issue("error", "code-invalid", "Jane Doe is no code", "Bundle.entry[1].resource.relationship")
    warning = Issue("warning", "informational", "never mind", "Bundle.entry[0].resource")
    error = Unprocessable("refused", issues=[warning, issue])
    answer = await answered(A04, replying(422, warning, issue) if wrapped else raising(error))
    assert told(answer) == ("AE", "MSG1", "NK1^1", "103")
    assert answer.segment("ERR").text(8) == "the content is refused (code-invalid at relationship)"


@pytest.mark.parametrize("expression", ["", "Bundle.entry[99].resource", "Patient.name"])
async def test_a_refusal_without_a_known_entry_points_at_the_header(expression: str) -> None:
    store = raising(Unprocessable("refused", expression=expression))
    assert told(await answered(A04, store)) == ("AE", "MSG1", "MSH^1", "102")


async def test_a_fault_of_our_own_is_answered_and_logged_without_the_message(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await answered(A04, raising(ZeroDivisionError("Jane Doe")))
    assert told(answer) == ("AE", "MSG1", "MSH^1", "207")
    assert "ZeroDivisionError" in caplog.text
    assert "Jane" not in caplog.text


async def test_a_question_that_fails_is_answered_as_its_store() -> None:
    async def unknown(_: str) -> bool:
        raise Unavailable("closed")

    door = Bridge(Store().submit, unknown, lambda: NOW, lambda: "A1", EASTERN)
    assert told(er7.read(await door.answer(A04.encode())))[0] == "AR"


async def test_a_poison_message_does_not_stop_the_line() -> None:
    store = Store()
    codes = [told(await answered(one, store))[0] for one in (b"\xff\x00", text(header("ADT^A04")), A04)]
    assert codes == ["AR", "AE", "AA"]


async def test_no_answer_carries_patient_data() -> None:
    message = text(header("ADT^A04"), segment("PID", {3: "1", 5: "Secret^Name", 7: "birthday-secret"}), PV1)
    assert b"ecret" not in await bridge(Store()).answer(message.encode())
