"""A whole message: what is taken, what it becomes, and the original that is kept."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance_tests.hl7v2.messages import (
    A04,
    EASTERN,
    NOW,
    P03,
    PID,
    entry,
    header,
    resource,
    text,
    translated,
)
from server.hl7v2 import er7
from server.hl7v2.faults import (
    REQUIRED_FIELD,
    UNSUPPORTED_EVENT,
    UNSUPPORTED_PROCESSING,
    UNSUPPORTED_TYPE,
    UNSUPPORTED_VERSION,
    Fault,
    Place,
    Unsupported,
)
from server.hl7v2.handlers import HANDLERS
from server.hl7v2.translate import translate


def refused(message: str) -> tuple[Place, str, str]:
    with pytest.raises(Unsupported) as refusal:
        translated(message)
    return refusal.value.place, refusal.value.code, refusal.value.text


@pytest.mark.parametrize("kind", sorted(trigger for code, trigger in HANDLERS if code == "ADT"))
def test_registration_events_share_one_structure(kind: str) -> None:
    assert resource(A04.replace("A04", kind), "Patient") == resource(A04, "Patient")


def test_another_event_is_refused_by_name() -> None:
    message = text(header("ADT^A99"), PID)
    assert refused(message) == (Place("MSH", 1, 9, 2), UNSUPPORTED_EVENT, "ADT^A99 messages are not taken")


def test_another_type_is_refused_by_name() -> None:
    message = text(header("ORU^R01"), PID)
    assert refused(message) == (Place("MSH", 1, 9, 1), UNSUPPORTED_TYPE, "ORU^R01 messages are not taken")


def test_a_type_that_is_no_type_is_not_repeated() -> None:
    assert refused(text(header("Jane Doe^A04"), PID))[2] == "A04 messages are not taken"


@pytest.mark.parametrize("version", ["", "1.0", "3.0", "2.9"])
def test_another_version_is_refused(version: str) -> None:
    assert refused(text(header("ADT^A04", {12: version}), PID))[:2] == (Place("MSH", 1, 12), UNSUPPORTED_VERSION)


@pytest.mark.parametrize("processing", ["T", "D", "N", "p", "T^T"])
def test_a_message_of_another_system_than_production_is_refused(processing: str) -> None:
    message = text(header("ADT^A04", {11: processing}), PID)
    assert refused(message)[:2] == (Place("MSH", 1, 11), UNSUPPORTED_PROCESSING)


@pytest.mark.parametrize("processing", ["", '""', "^T"])
def test_a_message_must_say_that_it_is_of_production(processing: str) -> None:
    assert refused(text(header("ADT^A04", {11: processing}), PID))[:2] == (Place("MSH", 1, 11), REQUIRED_FIELD)


def test_a_processing_mode_is_no_other_system() -> None:
    assert translated(text(header("ADT^A04", {11: "P^T"}), PID)).bundle["type"] == "transaction"


def test_a_version_with_its_country_is_read() -> None:
    assert translated(text(header("ADT^A04", {12: "2.5^USA"}), PID)).bundle["type"] == "transaction"


def test_a_message_without_a_control_id_is_refused() -> None:
    assert refused(text(header("ADT^A04", {10: ""}), PID))[:2] == (Place("MSH", 1, 10), REQUIRED_FIELD)


@pytest.mark.parametrize("message", [A04, P03])
def test_the_original_is_kept_as_it_came(message: str) -> None:
    binary = resource(message, "Binary")
    assert (binary["contentType"], b64decode(binary["data"])) == ("x-application/hl7-v2+er7", message.encode())


def test_the_original_is_as_secret_as_its_patient() -> None:
    assert resource(A04, "Binary")["securityContext"] == {"reference": entry(A04, "Patient")["fullUrl"]}


def test_provenance_links_everything_made_to_the_original() -> None:
    found = resource(A04, "Provenance")
    bundle = translated(A04).bundle["entry"]
    made = {one["fullUrl"] for one in bundle if one["resource"]["resourceType"] not in ("Binary", "Provenance")}
    assert {one["reference"] for one in found["target"]} == made
    assert found["entity"] == [{"role": "source", "what": {"reference": entry(A04, "Binary")["fullUrl"]}}]


def test_provenance_says_who_sent_what_when() -> None:
    found = resource(A04, "Provenance")
    assert {name: found[name] for name in ("recorded", "occurredDateTime", "activity")} == {
        "recorded": "2026-11-24T15:00:00.000+00:00",
        "occurredDateTime": "2026-11-24T10:14:00-05:00",
        "activity": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0003", "code": "A04"}]},
    }
    assert found["agent"][0]["who"] == {
        "identifier": {"system": "urn:hl7v2:sender", "value": "GHH"},
        "display": "REG GHH",
    }


def test_an_event_without_any_time_has_none() -> None:
    assert "occurredDateTime" not in resource(text(header("ADT^A04", {7: ""}), PID), "Provenance")


@pytest.mark.parametrize("kind", ["Binary", "Provenance"])
def test_original_and_provenance_are_kept_once_for_each_message(kind: str) -> None:
    digest = sha256(A04.encode()).hexdigest()
    assert entry(A04, kind)["request"]["ifNoneExist"] == f"_tag=urn%3Ahl7v2%3Amessage|{digest}"


@pytest.mark.parametrize("message", [A04, P03])
def test_the_same_message_is_always_the_same_transaction(message: str) -> None:
    assert translated(message) == translated(message)


@pytest.mark.parametrize("message", [A04, P03])
def test_every_reference_inside_the_transaction_has_its_entry(message: str) -> None:
    bundle = translated(message).bundle["entry"]
    urls = {one["fullUrl"] for one in bundle}
    assert len(urls) == len(bundle)
    assert set(_references([one["resource"] for one in bundle])) <= urls


@pytest.mark.parametrize("message", [A04, P03])
def test_every_entry_knows_its_segment(message: str) -> None:
    translation = translated(message)
    assert len(translation.origins) == len(translation.bundle["entry"])


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [found for one in value.values() for found in _references(one)]
    return [found for one in value for found in _references(one)] if isinstance(value, list) else []


@settings(max_examples=150)
@given(st.data())
def test_a_message_with_any_field_spoiled_is_translated_or_refused(data: st.DataObject) -> None:
    segments = [one.split("|") for one in data.draw(st.sampled_from([A04, P03])).split("\r")[:-1]]
    spoiled = data.draw(st.sampled_from(segments[1:]))
    at = data.draw(st.integers(1, len(spoiled) - 1))
    spoiled[at] = data.draw(st.text(st.sampled_from('AZ09 ^~&\\".-+é٣'), max_size=12))
    message = "".join(f"{'|'.join(one)}\r" for one in segments)
    try:
        bundle = translate(er7.parse(message), message.encode(), NOW, EASTERN).bundle
    except Fault as fault:
        event = fault.place.segment
    else:
        event = bundle["type"]
    assert event in {"transaction", *(one[0] for one in segments), "MSH"}
