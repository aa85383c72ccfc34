"""Every interaction: what routes, batches, OpenAPI and the CapabilityStatement read.

To add one, write a file here and a row in `single.SINGLE`.
Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Sequence

from server.interactions import bundle
from server.interactions.engine import Engine
from server.interactions.interaction import Interaction, Router
from server.interactions.request import Reply, Request
from server.interactions.single import SINGLE

TABLE: Sequence[Interaction] = (
    *SINGLE,
    Interaction("batch or transaction", "POST", (), bundle.run, "system", ("transaction", "batch")),
)
"""All interactions."""

ROUTER = Router(TABLE)


async def run(engine: Engine, request: Request) -> Reply:
    """The reply of the interaction that a request asks for; raises FhirError."""
    return await ROUTER.find(engine, request).run(engine, request)
