"""What is posted, and what it stands on, is changed by a patch as little as by an update."""

from __future__ import annotations

import pytest

from conformance_tests.interactions.bundling import bundle
from conformance_tests.interactions.patches import JSON_PATCH, json_patch, patch_entry, replacing
from conformance_tests.interactions.serving import Service, body
from conformance_tests.operations.claims import claim, submitted

pytestmark = pytest.mark.anyio

PIP = "Coverage/pip-quillfeather-fernvale"


async def test_a_posted_claim_is_changed_by_no_patch(server: Service) -> None:
    path = (await submitted(server, claim("mirabel-visit")))["request"]["reference"]
    before = body(await server.get(path))
    document = json_patch({"op": "add", "path": "/language", "value": "en"})
    alone = await server.patch(path, document, JSON_PATCH)
    within = await server.post("", bundle(patch_entry(path, document)))
    assert [alone.status_code, within.status_code] == [409, 409]
    assert "Claim/$submit" in body(alone)["issue"][0]["diagnostics"]
    assert body(await server.get(path)) == before


async def test_a_coverage_that_was_billed_is_patched_to_no_other_insurer(server: Service) -> None:
    await submitted(server, claim("pip-urgent"))
    moving = json_patch(replacing("/payor/0/reference", "Organization/larkspur"))
    alone = await server.patch(PIP, moving, JSON_PATCH)
    within = await server.post("", bundle(patch_entry(PIP, moving)))
    assert [alone.status_code, within.status_code] == [409, 409]
    assert (await server.patch(PIP, json_patch(replacing("/status", "cancelled")), JSON_PATCH)).status_code == 200
