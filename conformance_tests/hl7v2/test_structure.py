"""Structure on demand: what hl7apy says of a message."""

from __future__ import annotations

import pytest

from conformance_tests.hl7v2.messages import A04, P03, PID, header, segment, text
from server.hl7v2 import er7, structure

EVN = "EVN|A04|20261124"


@pytest.mark.parametrize(
    ("message", "defect"),
    [
        (text(header("ADT^A04^ADT_A01"), EVN, PID), "Missing required child ADT_A01.PV1"),
        (text(header("ADT^A04^ADT_A01"), EVN, "PV1|1|O"), "Missing required child ADT_A01.PID"),
        (text(header("ADT^A04^ADT_A01"), EVN, segment("PID", {3: "1"}), "PV1|1|O"), "Missing required child PID.PID_5"),
        (text(header("ADT^A04", {12: "9.9"}), PID), "The version 9.9 is not supported"),
    ],
)
def test_a_defect_is_named(message: str, defect: str) -> None:
    assert structure.defect(er7.parse(message)) == defect


@pytest.mark.parametrize("message", [A04, P03])
def test_our_examples_conform(message: str) -> None:
    assert structure.defect(er7.parse(message)) == ""
