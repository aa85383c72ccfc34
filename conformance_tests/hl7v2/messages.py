"""Example messages, each field where the standard has it, and what the tests make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from server.fhir.resource import Resource
from server.hl7v2 import er7
from server.hl7v2.entries import Translation
from server.hl7v2.translate import translate

NOW = datetime(2026, 11, 24, 15, 0, 0, tzinfo=UTC)
EASTERN = timezone(timedelta(hours=-5))


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment with these fields, by their positions."""
    return "|".join([name, *(fields.get(step, "") for step in range(1, max(fields, default=0) + 1))])


def header(kind: str, fields: Mapping[int, str] | None = None) -> str:
    """An MSH for a message type, for example `ADT^A04`."""
    said = {3: "REG", 4: "GHH", 5: "ALM", 6: "PRACTICE", 7: "20261124101500-0500", 9: kind, 10: "MSG1", 11: "P"}
    said = {**said, 12: "2.5.1", **(fields or {})}
    return "MSH|^~\\&|" + "|".join(said.get(step, "") for step in range(3, max(said) + 1))


def text(*segments: str) -> str:
    """A message of some segments."""
    return "".join(f"{one}\r" for one in segments)


PID = segment(
    "PID",
    {
        1: "1",
        3: "MRN-1^^^GHH&2.16.840.1.113883.19.5&ISO^MR",
        5: "Doe^Jane^Q^Jr^Ms^^L",
        7: "19800229",
        8: "F",
        11: "1 Main St&&1^Apt 2^Springfield^IL^62701^USA^H",
        13: "555-0100^PRN^PH~^NET^Internet^jane@example.org",
        15: "eng",
        16: "M",
        18: "ACC-1^^^GHH^AN",
    },
)
PV1 = segment(
    "PV1",
    {
        1: "1",
        2: "O",
        7: "1234567893^Welby^Marcus^^^Dr^^^NPI^L^^^NPI",
        19: "V-1^^^GHH^VN",
        44: "202611240930",
    },
)
NK1 = segment("NK1", {1: "1", 2: "Doe^John", 3: "SPO^Spouse^HL70063", 5: "555-0101", 7: "C"})
GT1 = segment("GT1", {1: "1", 2: "G-1^^^GHH", 3: "Doe^John", 9: "M", 11: "SPO", 12: "987-65-4321"})
IN1 = segment(
    "IN1",
    {
        1: "1",
        2: "GOLD^Gold Plan",
        3: "P-100^^^NAIC",
        4: "Acme Health",
        8: "GRP-7",
        9: "Employees",
        12: "20260101",
        13: "20261231",
        17: "SEL",
        36: "MEM-42",
    },
)
FT1 = segment(
    "FT1",
    {
        1: "1",
        2: "T-1",
        4: "20261124",
        5: "20261124103000",
        6: "CG",
        7: "OFFICE3^Office visit^L",
        10: "2",
        11: "145.50&USD",
        19: "E119^^I10",
        20: "1234567893^Welby^Marcus^^^^^^NPI",
        25: "99213^^C4",
        26: "25^^C4",
    },
)
DG1 = segment("DG1", {1: "1", 3: "E119^Type 2 diabetes^I10", 6: "F", 15: "1"})
PR1 = segment("PR1", {1: "1", 3: "99213^^C4", 5: "20261124"})

A04 = text(header("ADT^A04^ADT_A01"), "EVN|A04|20261124101400", PID, NK1, PV1, GT1, IN1)
P03 = text(header("DFT^P03^DFT_P03"), "EVN|P03|20261124101400", PID, PV1, FT1, PR1, DG1)


def translated(message: str) -> Translation:
    """The transaction of a message."""
    return translate(er7.parse(message), message.encode(), NOW, EASTERN)


def resources(message: str, kind: str) -> list[Resource]:
    """The resources of a type in the transaction of a message."""
    found: Sequence[Resource] = [entry["resource"] for entry in translated(message).bundle["entry"]]
    return [one for one in found if one["resourceType"] == kind]


def resource(message: str, kind: str) -> Resource:
    """The only resource of a type in the transaction of a message."""
    (found,) = resources(message, kind)
    return found


def entry(message: str, kind: str) -> Resource:
    """The first entry of a type in the transaction of a message."""
    entries: Sequence[Resource] = translated(message).bundle["entry"]
    return next(one for one in entries if one["resource"]["resourceType"] == kind)
