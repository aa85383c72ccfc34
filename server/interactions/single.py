"""The interactions on one thing at a time: what a batch may hold.

Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Sequence

from server.interactions import capabilities, create, delete, history, operation, read, search, update, vread
from server.interactions.engine import Engine
from server.interactions.interaction import ID, OPERATION, TYPE, VERSION, Interaction, Router
from server.interactions.request import Reply, Request

SINGLE: Sequence[Interaction] = (
    Interaction("read", "GET", (TYPE, ID), read.run, "instance", ("read",), declares={"conditionalRead": "not-match"}),
    Interaction("vread", "GET", (TYPE, ID, "_history", VERSION), vread.run, "instance", ("vread",)),
    Interaction(
        "update",
        "PUT",
        (TYPE, ID),
        update.run,
        "instance",
        ("update",),
        declares={"versioning": "versioned-update", "updateCreate": True},
    ),
    Interaction("delete", "DELETE", (TYPE, ID), delete.run, "instance", ("delete",)),
    Interaction(
        "history",
        "GET",
        (TYPE, ID, "_history"),
        history.run,
        "instance",
        ("history-instance",),
        None,
        declares={"readHistory": True},
    ),
    Interaction("create", "POST", (TYPE,), create.run, "type", ("create",), declares={"conditionalCreate": True}),
    Interaction(
        "conditional update",
        "PUT",
        (TYPE,),
        update.conditional,
        "type",
        (),
        None,
        declares={"conditionalUpdate": True},
    ),
    Interaction("search", "GET", (TYPE,), search.run, "type", ("search-type",), None, check=search.check),
    Interaction("capabilities", "GET", ("metadata",), capabilities.run, "system", (), ("mode",), public=True),
    *(
        Interaction("operation", method, (*path, OPERATION), operation.run, level, (), None)
        for level, path in (("instance", (TYPE, ID)), ("type", (TYPE,)), ("system", ()))
        for method in ("GET", "POST")
    ),
)
"""Every interaction but batch and transaction."""

_router = Router(SINGLE)


def check(engine: Engine, request: Request) -> None:
    """Raise what the request would raise whatever is stored: for an address or query that is not understood."""
    row = _router.find(engine, request)
    if row.check is not None:
        row.check(engine, request)


async def run(engine: Engine, request: Request) -> Reply:
    """The reply of the interaction that an entry of a Bundle asks for; raises FhirError."""
    return await _router.find(engine, request).run(engine, request)
