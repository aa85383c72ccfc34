"""Chapters 3 and 6 of HL7 v2: which segments a message has once."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_tests.hl7v2 import door
from conformance_tests.hl7v2.messages import A04, FT1, IN1, P03, PID, PV1, header, text, translated

pytestmark = pytest.mark.anyio

OTHER = PID.replace("MRN-1^", "MRN-2^")
CHARGE = FT1.replace("T-1", "T-2")
P03_HEADER = header("DFT^P03")
A04_HEADER = header("ADT^A04")
SECOND = {
    "charges under a second header": (text(P03_HEADER, PID, PV1, FT1, P03_HEADER, OTHER, PV1, CHARGE), "MSH^2"),
    "charges of a second patient": (text(P03_HEADER, PID, PV1, FT1, OTHER, PV1, CHARGE), "PID^2"),
    "a registration under a second header": (text(A04_HEADER, PID, PV1, A04_HEADER, OTHER, PV1), "MSH^2"),
    "the registration of a second patient": (text(A04_HEADER, PID, OTHER, PV1), "PID^2"),
    "charges of a second visit": (text(P03_HEADER, PID, PV1, FT1, PV1.replace("V-1", "V-2"), CHARGE), "PV1^2"),
    "a second event": (text(A04_HEADER, "EVN|A04", "EVN|A08", PID, PV1), "EVN^2"),
    "a second half of an insurance": (text(A04_HEADER, PID, PV1, IN1, "IN2|1", "IN2|2"), "IN2^2"),
}


@pytest.mark.parametrize(("message", "place"), SECOND.values(), ids=SECOND)
async def test_a_segment_that_comes_once_is_an_error_when_it_comes_again(
    tmp_path: Path, message: str, place: str
) -> None:
    async with door.opened(tmp_path) as opened:
        assert await opened.told(message) == ("AE", "MSG1", place, "100")
        assert await opened.server.found("Patient") == []
        assert await opened.server.found("ChargeItem") == []


@pytest.mark.parametrize("name", ["UAC", "PD1", "PV2", "DRG", "ACC", "UB1", "UB2", "PDA"])
async def test_a_segment_that_is_not_mapped_comes_once_too(tmp_path: Path, name: str) -> None:
    async with door.opened(tmp_path) as opened:
        assert await opened.told(A04 + f"{name}|1\r" * 2) == ("AE", "MSG1", f"{name}^2", "100")


async def test_a_segment_that_may_repeat_does() -> None:
    both = text(A04_HEADER, PID, PV1, IN1, "IN2|1", "IN3|1", "IN3|2", IN1.replace("MEM-42", "MEM-43"), "IN2|1")
    assert [one["resource"]["resourceType"] for one in translated(both).bundle["entry"]].count("Coverage") == 2


@pytest.mark.parametrize("message", [A04, P03])
async def test_a_segment_that_the_structure_lacks_is_left_out(message: str) -> None:
    extended = translated(message + "ZZ1|x\rZZ1|y\rTXA|1\rTXA|2\r").bundle["entry"][:-2]
    assert extended == translated(message).bundle["entry"][:-2]
