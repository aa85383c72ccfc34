"""The transaction Bundle of a message."""

from __future__ import annotations

from server.hl7v2 import entries
from server.hl7v2.faults import Place

KEY = {"system": "urn:hl7v2:a|b", "value": "1,2$3\\4 5"}
PATIENT = {"resourceType": "Patient", "identifier": [KEY]}


def test_a_resource_that_the_message_is_about_is_updated_under_its_identifier() -> None:
    made = entries.identified(PATIENT, KEY, Place("PID"))
    assert entries.translation([made]).bundle["entry"][0]["request"] == {
        "method": "PUT",
        "url": "Patient?identifier=urn%3Ahl7v2%3Aa%5C%7Cb|1%5C%2C2%5C%243%5C%5C4%205",
    }


def test_a_resource_that_is_only_mentioned_is_created_unless_it_exists() -> None:
    made = entries.kept(entries.identified(PATIENT, {"system": "urn:s", "value": "1"}, Place("PID")))
    assert entries.translation([made]).bundle["entry"][0]["request"] == {
        "method": "POST",
        "url": "Patient",
        "ifNoneExist": "identifier=urn%3As|1",
    }


def test_a_tagged_resource_carries_its_tag_and_is_found_by_it() -> None:
    tag = {"system": "urn:s", "code": "1"}
    made = entries.tagged({"resourceType": "Binary", "contentType": "text/plain"}, tag, Place("MSH"))
    assert (made.resource["meta"], made.criterion, made.update) == ({"tag": [tag]}, "_tag=urn%3As|1", False)


def test_a_reference_can_be_made_before_its_entry() -> None:
    assert entries.reference("Patient", KEY) == entries.identified(PATIENT, KEY, Place("PID")).reference


def test_what_is_said_twice_is_said_once_as_it_was_first() -> None:
    first = entries.identified(PATIENT, KEY, Place("PID"))
    second = entries.identified({"resourceType": "Patient"}, KEY, Place("PID", 2))
    translation = entries.translation([first, second])
    assert [one["resource"] for one in translation.bundle["entry"]] == [PATIENT]
    assert translation.origins == (Place("PID"),)


def test_elements_that_say_nothing_are_left_out_and_false_is_not_nothing() -> None:
    assert entries.said({"a": "", "b": [], "c": {}, "d": None, "e": False, "f": 0}) == {"e": False, "f": 0}
