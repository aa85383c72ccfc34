"""References between the entries of a transaction: http://hl7.org/fhir/R4/bundle.html#references."""

from __future__ import annotations

from typing import Any

import pytest

from conformance_tests.interactions.bundling import bundle, entry
from conformance_tests.interactions.serving import BASE, Service, body, issues, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio

A, B = "http://a.example.org/fhir", "http://b.example.org/fhir"
OURS, OTHERS = patient(id="77", gender="male"), patient(gender="female")


def about(reference: str, **elements: Any) -> Resource:
    """A resource with this subject."""
    return {"resourceType": "Basic", "code": {"text": "x"}, "subject": {"reference": reference}, **elements}


async def subject(server: Service) -> str:
    """What the only resource that has a subject was stored with."""
    (id_,) = await server.found("Basic")
    return str(body(await server.get(f"Basic/{id_}"))["subject"]["reference"])


async def gender(server: Service, reference: str) -> str:
    """The gender of the Patient that is referred to."""
    return str(body(await server.get(reference))["gender"])


async def test_a_relative_reference_without_a_full_url_of_its_own_is_to_this_server(server: Service) -> None:
    await server.put("Patient/77", OURS)
    sent = bundle(entry("POST", "Patient", OTHERS, f"{A}/Patient/77"), entry("POST", "Basic", about("Patient/77")))
    assert (await server.post("", sent)).status_code == 200
    assert await subject(server) == "Patient/77"


async def test_a_relative_reference_of_an_entry_that_is_named_by_a_uuid_is_to_this_server(server: Service) -> None:
    name = "urn:uuid:11111111-1111-4111-8111-111111111111"
    sent = bundle(
        entry("PUT", "Patient/77", OURS),
        entry("POST", "Patient", OTHERS, f"{A}/Patient/77"),
        entry("POST", "Basic", about("Patient/77"), name),
    )
    assert (await server.post("", sent)).status_code == 200
    assert await subject(server) == "Patient/77"


@pytest.mark.parametrize(("base", "wanted"), [(A, "male"), (B, "female")])
async def test_a_relative_reference_is_to_the_entry_below_the_base_of_its_own(
    server: Service, base: str, wanted: str
) -> None:
    sent = bundle(
        entry("POST", "Patient", patient(gender="male"), f"{A}/Patient/77"),
        entry("POST", "Patient", patient(gender="female"), f"{B}/Patient/77"),
        entry("POST", "Basic", about("Patient/77"), f"{base}/Basic/1"),
    )
    assert (await server.post("", sent)).status_code == 200
    assert await gender(server, await subject(server)) == wanted


async def test_a_relative_reference_to_none_below_the_base_of_its_entry_stays(server: Service) -> None:
    await server.put("Patient/77", OURS)
    sent = bundle(
        entry("POST", "Patient", OTHERS, f"{A}/Patient/77"),
        entry("PUT", "Basic/1", about("Patient/77", id="1"), f"{B}/Basic/1"),
    )
    assert (await server.post("", sent)).status_code == 200
    assert await subject(server) == "Patient/77"


@pytest.mark.parametrize("full_url", ["", f"{B}/Basic/1", f"{BASE}/Basic/1"])
async def test_an_absolute_reference_that_is_a_full_url_is_to_that_entry(server: Service, full_url: str) -> None:
    await server.put("Patient/77", OURS)
    sent = bundle(
        entry("POST", "Patient", OTHERS, f"{A}/Patient/77"),
        entry("POST", "Basic", about(f"{A}/Patient/77"), full_url),
    )
    assert (await server.post("", sent)).status_code == 200
    assert await gender(server, await subject(server)) == "female"


async def test_a_fragment_behind_a_relative_reference_to_an_entry_stays(server: Service) -> None:
    sent = bundle(
        entry("POST", "Patient", OTHERS, f"{A}/Patient/77"),
        entry("POST", "Basic", about("Patient/77#name"), f"{A}/Basic/1"),
    )
    assert (await server.post("", sent)).status_code == 200
    assert await subject(server) == f"Patient/{(await server.found('Patient'))[0]}#name"


async def test_links_in_narratives_are_to_the_entry_below_the_base_of_their_own(server: Service) -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><a href="Patient/77">p</a></div>'
    sent = bundle(
        entry("POST", "Patient", patient(), f"{A}/Patient/77"),
        entry("POST", "Basic", about("Group/1", text={"status": "generated", "div": div}), f"{A}/Basic/1"),
    )
    assert (await server.post("", sent)).status_code == 200
    (named,) = await server.found("Patient")
    (holding,) = await server.found("Basic")
    assert f'href="Patient/{named}"' in body(await server.get(f"Basic/{holding}"))["text"]["div"]


async def test_one_full_url_for_two_resources_is_refused(server: Service) -> None:
    sent = bundle(
        entry("POST", "Patient", patient(meta={"versionId": "1"}), f"{A}/Patient/77"),
        entry("POST", "Patient", patient(meta={"versionId": "2"}), f"{A}/Patient/77"),
    )
    answer = await server.post("", sent)
    assert (answer.status_code, issues(answer)[0][2]) == (400, "Bundle.entry[1]")
    assert await server.found("Patient") == []


@pytest.mark.parametrize("reference", ["Patient/77/_history/1", f"{A}/Patient/77/_history/1"])
async def test_a_reference_to_a_version_of_an_entry_is_to_what_it_becomes(server: Service, reference: str) -> None:
    await server.put("Patient/77", OURS)
    sent = bundle(
        entry("POST", "Patient", OTHERS, f"{A}/Patient/77"), entry("POST", "Basic", about(reference), f"{A}/Basic/1")
    )
    assert (await server.post("", sent)).status_code == 200
    assert await gender(server, await subject(server)) == "female"
