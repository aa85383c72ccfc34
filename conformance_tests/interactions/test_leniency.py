"""`Prefer: handling=lenient`: http://hl7.org/fhir/R4/search.html#errors."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.serving import Service, body, issues, link, patient

pytestmark = pytest.mark.anyio


async def _two(server: Service) -> None:
    for gender in ("male", "female"):
        await server.create(patient(gender=gender))


@pytest.mark.parametrize("header", ["handling=lenient", 'return=minimal; handling="lenient"', "Handling = LENIENT"])
async def test_what_is_not_supported_is_left_out_and_said_to_be(server: Service, header: str) -> None:
    await _two(server)
    found = body(await server.get("Patient?gender=male&nothing=x&name:zzz=y", prefer=header))
    matches = [one["resource"]["gender"] for one in found["entry"] if one["search"]["mode"] == "match"]
    (told,) = (one["resource"] for one in found["entry"] if one["search"]["mode"] == "outcome")
    assert matches == ["male"]
    assert [(one["severity"], one["expression"]) for one in told["issue"]] == [
        ("warning", ["nothing"]),
        ("warning", ["name"]),
    ]
    assert "nothing" not in (link(found, "self") or "nothing")


async def test_a_count_says_it_too(server: Service) -> None:
    await _two(server)
    found = body(await server.get("Patient?gender=male&nothing=x&_count=0", prefer="handling=lenient"))
    assert (found["total"], len(found["entry"])) == (1, 1)


@pytest.mark.parametrize("header", ["", "handling=strict", "handling=lenientish", "return=representation"])
async def test_without_it_what_is_not_supported_is_refused(server: Service, header: str) -> None:
    answer = await server.get("Patient?nothing=x", prefer=header)
    assert (answer.status_code, issues(answer)[0][2]) == (400, "nothing")


@pytest.mark.parametrize("query", ["birthdate=never", "gender=", "_count=x", "_include=Patient:nothing", "_total=x"])
async def test_what_is_wrong_is_refused_all_the_same(server: Service, query: str) -> None:
    assert (await server.get(f"Patient?{query}", prefer="handling=lenient")).status_code == 400
