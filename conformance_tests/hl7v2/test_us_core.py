"""US Core: race and ethnicity of a patient."""

from __future__ import annotations

import pytest

from server.fhir.resource import Resource
from server.hl7v2.er7 import Segment
from server.hl7v2.segments import us_core


def extensions(race: str = "", ethnicity: str = "") -> list[Resource]:
    return us_core.extensions(Segment(("PID", *[""] * 9, race, *[""] * 11, ethnicity)))


def coded(kind: str, code: str, display: str = "") -> Resource:
    shown = {"display": display} if display else {}
    return {"url": kind, "valueCoding": {"system": us_core.CDCREC, "code": code, **shown}}


def test_races_are_categories_and_details_with_one_text() -> None:
    assert extensions("2106-3^White^HL70005~1010-8^Apache~X^Other") == [
        {
            "url": us_core.RACE,
            "extension": [
                coded("ombCategory", "2106-3", "White"),
                coded("detailed", "1010-8", "Apache"),
                {"url": "text", "valueString": "White, Apache, Other"},
            ],
        }
    ]


@pytest.mark.parametrize(("written", "code"), [("H", "2135-2"), ("N", "2186-5"), ("2135-2", "2135-2")])
def test_ethnic_groups_of_either_table_are_categories(written: str, code: str) -> None:
    assert extensions(ethnicity=written)[0]["extension"] == [
        coded("ombCategory", code),
        {"url": "text", "valueString": written},
    ]


@pytest.mark.parametrize("written", ["U^Unknown", "12345-", "1-2345", "٢١٠٦-3"])
def test_a_code_of_no_such_table_is_only_text(written: str) -> None:
    assert [one["url"] for one in extensions(written)[0]["extension"]] == ["text"]


def test_nothing_said_is_nothing() -> None:
    assert extensions("^~^", '""') == []
