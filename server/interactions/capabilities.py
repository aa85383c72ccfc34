"""What this server can do.

Source: http://hl7.org/fhir/R4/http.html#capabilities
"""

from __future__ import annotations

from server.interactions.engine import Engine
from server.interactions.replies import of_resource
from server.interactions.request import Reply, Request


async def run(engine: Engine, request: Request) -> Reply:
    """`GET metadata`: the CapabilityStatement."""
    return of_resource(engine.statement(request.base))
