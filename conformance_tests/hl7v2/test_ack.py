"""Chapter 2.9 of HL7 v2: acknowledgements."""

from __future__ import annotations

import pytest

from conformance_tests.hl7v2.messages import NOW, header, text
from server.hl7v2 import ack, er7
from server.hl7v2.ack import ACCEPTED, Answer
from server.hl7v2.faults import DATA_TYPE, REQUIRED_FIELD, Place, Unmappable, Unreadable, Unsupported

REFUSED = Answer("AE", Place("NK1", 2, 5, 3), DATA_TYPE, "a date is expected")


def answered(message: str, answer: Answer = ACCEPTED) -> str:
    return ack.acknowledgement(er7.parse(message), answer, "A1", NOW).decode()


def test_acceptance_answers_the_sender_by_its_control_id() -> None:
    assert answered(text(header("ADT^A04^ADT_A01"))) == (
        "MSH|^~\\&|ALM|PRACTICE|REG|GHH|20261124150000+0000||ACK^A04^ACK|A1|P|2.5.1\rMSA|AA|MSG1\r"
    )


def test_a_refusal_names_segment_field_and_component() -> None:
    assert answered(text(header("ADT^A04")), REFUSED).split("\r")[1:] == [
        "MSA|AE|MSG1",
        "ERR||NK1^2^5^1^3|102^Data type error^HL70357|E||||a date is expected",
        "",
    ]


def test_a_place_without_field_ends_with_its_sequence() -> None:
    refused = Answer("AE", Place("FT1"), REQUIRED_FIELD, "a charge is required")
    assert answered(text(header("DFT^P03")), refused).split("\r")[2].startswith("ERR||FT1^1|101^")


def test_before_version_2_5_the_error_is_one_field_and_its_text_in_msa() -> None:
    assert answered(text(header("ADT^A04", {12: "2.3.1"})), REFUSED).split("\r")[1:] == [
        "MSA|AE|MSG1|a date is expected",
        "ERR|NK1^2^5^102&Data type error&HL70357",
        "",
    ]


def test_the_answer_uses_the_encoding_characters_of_the_message() -> None:
    message = "MSH!$%?@!REG!GHH!ALM!P!!!ADT$A04!M1!P!2.5.1\r"
    answer = Answer("AE", Place("PID", 1, 3), REQUIRED_FIELD, "100% of it!")
    assert answered(message, answer) == (
        "MSH!$%?@!ALM!P!REG!GHH!20261124150000+0000!!ACK$A04$ACK!A1!P!2.5.1\r"
        "MSA!AE!M1\rERR!!PID$1$3!101$Required field missing$HL70357!E!!!!100?R? of it?F?\r"
    )


def test_without_an_escape_character_what_would_split_becomes_a_space() -> None:
    answer = Answer("AE", Place("PID"), REQUIRED_FIELD, "a|b^c")
    assert answered("MSH|^~|REG|GHH|||||ADT^A04|M1|P|2.3\r", answer).split("\r")[1:3] == [
        "MSA|AE|M1|a b c",
        "ERR|PID^1^^101 Required field missing HL70357",
    ]


def test_the_answer_keeps_the_character_set_of_the_message() -> None:
    message = text(header("ADT^A04", {4: "Hôpital", 18: "8859/1"}))
    assert ack.acknowledgement(er7.parse(message), ACCEPTED, "A1", NOW).split(b"|")[5] == b"H\xf4pital"


def test_what_has_no_readable_header_is_answered_without_a_control_id() -> None:
    fault = Unreadable(Place("MSH"), REQUIRED_FIELD, "the message does not begin with MSH")
    assert ack.acknowledgement(None, ack.of_fault(fault), "A1", NOW).decode() == (
        "MSH|^~\\&|||||20261124150000+0000||ACK^^ACK|A1|P|2.5.1\rMSA|AR\r"
        "ERR||MSH^1|101^Required field missing^HL70357|E||||the message does not begin with MSH\r"
    )


@pytest.mark.parametrize(("kind", "code"), [(Unreadable, "AR"), (Unsupported, "AR"), (Unmappable, "AE")])
def test_content_at_fault_is_an_error_and_the_rest_a_rejection(kind: type[Unreadable], code: str) -> None:
    assert ack.of_fault(kind(Place("MSH"), DATA_TYPE, "x")).code == code


def test_an_answer_is_a_message_itself() -> None:
    answer = er7.parse(answered(text(header("ADT^A04")), REFUSED))
    assert (answer.type, answer.trigger, answer.segment("ERR").text(2, 5)) == ("ACK", "A04", "3")
