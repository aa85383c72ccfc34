"""The legacy door on the real server: messages over MLLP become resources that HTTP shows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from conformance_tests.hl7v2.messages import A04, GT1, NK1, PID, PV1, header, segment, text
from conformance_tests.interactions.serving import Service, body
from server import config, doors
from server.hl7v2 import mllp

pytestmark = pytest.mark.anyio

FT1 = segment("FT1", {1: "1", 2: "T-1", 4: "20261124", 6: "CG", 7: "G0463^Clinic visit^HCPCS", 10: "1", 11: "125.50"})
CHARGES = text(header("DFT^P03", {10: "MSG2"}), PID, PV1, FT1)
SETTINGS = replace(config.settings({"mllp_port": "0", "open": "yes"}), zone=ZoneInfo("America/New_York"))


async def _send(server: Service, *messages: str) -> list[str]:
    async with doors.mllp_listener(server.engine, SETTINGS) as port:
        answers = [await mllp.send("127.0.0.1", port, one.encode()) for one in messages]
    return [answer.decode() for answer in answers]


def _code(answer: str) -> str:
    return next(line.split("|")[1] for line in answer.split("\r") if line.startswith("MSA"))


async def test_a_registration_makes_a_patient_coverage_and_visit(server: Service) -> None:
    (answer,) = await _send(server, text(header("ADT^A04"), PID, NK1, PV1, GT1))
    assert _code(answer) == "AA"
    (patient,) = await server.found("Patient?identifier=MRN-1&name=doe&birthdate=1980-02-29")
    assert len(await server.found(f"Encounter?patient={patient}")) == 1
    assert len(await server.found(f"RelatedPerson?patient={patient}")) == 2
    assert len(await server.found(f"Account?patient={patient}")) == 1


async def test_the_message_is_kept_and_linked_to_what_it_made(server: Service) -> None:
    await _send(server, A04)
    (provenance,) = await server.found("Provenance")
    found = body(await server.get(f"Provenance/{provenance}"))
    targets = [one["reference"] for one in found["target"]]
    assert targets
    for reference in (*targets, found["entity"][0]["what"]["reference"]):
        assert (await server.get(reference)).status_code == 200


async def test_a_message_sent_again_changes_nothing(server: Service) -> None:
    first, second = await _send(server, A04, A04)
    assert (_code(first), _code(second)) == ("AA", "AA")
    (patient,) = await server.found("Patient")
    assert body(await server.get(f"Patient/{patient}"))["meta"]["versionId"] == "1"
    assert len(await server.found("Provenance")) == 1


async def test_an_update_message_changes_the_same_patient(server: Service) -> None:
    changed = text(header("ADT^A08", {10: "MSG9"}), PID.replace("Doe^Jane", "Roe^Jane"), PV1)
    assert [_code(one) for one in await _send(server, A04, changed)] == ["AA", "AA"]
    (patient,) = await server.found("Patient")
    assert (await server.found("Patient?name=roe"), await server.found("Patient?name=doe")) == ([patient], [])


async def test_charges_become_charge_items_of_the_visit(server: Service) -> None:
    assert [_code(one) for one in await _send(server, A04, CHARGES)] == ["AA", "AA"]
    (charge,) = await server.found("ChargeItem?code=G0463")
    found = await server.get(f"ChargeItem/{charge}")
    assert b'"value":125.50' in found.content
    assert body(found)["context"]["reference"] == f"Encounter/{(await server.found('Encounter'))[0]}"


async def test_a_message_that_cannot_be_applied_stores_nothing(server: Service) -> None:
    bad = text(header("ADT^A04"), PID.replace("19800229", "19800230"), PV1)
    unknown = text(header("ORU^R01"), PID)
    assert [_code(one) for one in await _send(server, bad, unknown, "nonsense")] == ["AE", "AR", "AR"]
    assert await server.found("Patient") == []
    assert await server.found("Binary") == []


async def test_messages_of_many_senders_at_once_are_all_applied(server: Service) -> None:
    messages = [
        text(header("ADT^A04", {10: f"M{number}"}), PID.replace("MRN-1^", f"MRN-{number % 10}^"), PV1)
        for number in range(40)
    ]
    async with doors.mllp_listener(server.engine, SETTINGS) as port:
        answers = await asyncio.gather(*(mllp.send("127.0.0.1", port, one.encode()) for one in messages))
    assert [answer.decode() for answer in answers if _code(answer.decode()) != "AA"] == []
    assert len(await server.found("Patient")) == 10
