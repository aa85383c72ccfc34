"""What an entry of a batch or transaction may ask: http://hl7.org/fhir/R4/bundle.html#Bundle.entry.request."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle, entry, responses
from conformance_tests.interactions.serving import Service, body, issues, patient
from server.fhir.resource import Resource

pytestmark = pytest.mark.anyio


def identified(value: str, **elements: str) -> Resource:
    """A Patient with an identifier."""
    return patient(identifier=[{"system": "urn:sys", "value": value}], **elements)


async def test_a_fragment_in_the_url_of_an_entry_refuses_the_transaction(server: Service) -> None:
    await server.create(identified("12"))
    answer = await server.post("", bundle(entry("PUT", "Patient?identifier=urn:sys|12#3", identified("12#3"))))
    assert (answer.status_code, issues(answer)) == (400, [("error", "invalid", "Bundle.entry[0].request.url")])
    assert body(await server.get("Patient/id-1"))["meta"]["versionId"] == "1"


@pytest.mark.parametrize("url", ["Patient?identifier=urn:sys|12#3", "Patient/id-1#", "Patient#x?gender=male"])
async def test_a_fragment_in_the_url_of_an_entry_of_a_batch_is_refused(server: Service, url: str) -> None:
    await server.create(identified("12"))
    assert responses(await server.post("", bundle(entry("GET", url), type="batch"))) == [("400 Bad Request", "")]
