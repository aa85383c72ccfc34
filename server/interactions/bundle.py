"""A Bundle posted to the base: a batch or a transaction.

Source: http://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Mapping

from server.fhir.errors import Invalid
from server.interactions import batch, payload, transaction
from server.interactions.engine import Engine
from server.interactions.interaction import Run
from server.interactions.request import Reply, Request

TYPES: Mapping[str, Run] = {"batch": batch.run, "transaction": transaction.run}
"""The type of a Bundle to what performs it."""


async def run(engine: Engine, request: Request) -> Reply:
    """`POST [base]`: the response Bundle."""
    type_ = payload.of_type(request, "Bundle").get("type")
    perform = TYPES.get(type_) if isinstance(type_, str) else None
    if perform is None:
        raise Invalid("only a batch or a transaction can be posted here", expression="Bundle.type")
    return await perform(engine, request)
