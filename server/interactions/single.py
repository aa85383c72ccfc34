"""The interactions on one thing at a time: what a batch may hold.

Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Sequence

from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.interactions import (
    capabilities,
    create,
    delete,
    entry,
    history,
    operation,
    patch,
    read,
    search,
    update,
    vread,
)
from server.interactions.engine import Engine
from server.interactions.interaction import ID, OPERATION, TYPE, VERSION, Interaction, Router
from server.interactions.request import Reply, Request

SINGLE: Sequence[Interaction] = (
    Interaction(
        "read",
        "GET",
        (TYPE, ID),
        read.run,
        "instance",
        ("read",),
        conditions=("if-none-match",),
        check=read.check,
        declares={"conditionalRead": "not-match"},
    ),
    Interaction("vread", "GET", (TYPE, ID, "_history", VERSION), vread.run, "instance", ("vread",)),
    Interaction(
        "update",
        "PUT",
        (TYPE, ID),
        update.run,
        "instance",
        ("update",),
        conditions=("if-match", "if-none-match"),
        declares={"versioning": "versioned-update", "updateCreate": True},
    ),
    Interaction(
        "patch",
        "PATCH",
        (TYPE, ID),
        patch.run,
        "instance",
        ("patch",),
        conditions=("if-match", "if-none-match"),
    ),
    Interaction(
        "delete",
        "DELETE",
        (TYPE, ID),
        delete.run,
        "instance",
        ("delete",),
        conditions=("if-match", "if-none-match"),
    ),
    Interaction(
        "history",
        "GET",
        (TYPE, ID, "_history"),
        history.run,
        "instance",
        ("history-instance",),
        None,
        check=history.check,
        declares={"readHistory": True},
    ),
    Interaction(
        "create",
        "POST",
        (TYPE,),
        create.run,
        "type",
        ("create",),
        conditions=("if-none-exist",),
        declares={"conditionalCreate": True},
    ),
    Interaction(
        "conditional update",
        "PUT",
        (TYPE,),
        update.conditional,
        "type",
        (),
        None,
        conditions=("if-match", "if-none-match"),
        declares={"conditionalUpdate": True},
    ),
    Interaction(
        "conditional patch",
        "PATCH",
        (TYPE,),
        patch.conditional,
        "type",
        (),
        None,
        conditions=("if-match", "if-none-match"),
    ),
    Interaction("search", "GET", (TYPE,), search.run, "type", ("search-type",), None, check=search.check),
    Interaction("capabilities", "GET", ("metadata",), capabilities.run, "system", (), ("mode",), public=True),
    *(
        Interaction("operation", method, (*path, OPERATION), operation.run, level, (), None, check=operation.check)
        for level, path in (("instance", (TYPE, ID)), ("type", (TYPE,)), ("system", ()))
        for method in ("GET", "POST")
    ),
)
"""Every interaction but batch and transaction."""

_router = Router(SINGLE)


async def check(engine: Engine, request: Request) -> None:
    """Raise what the request would raise whatever is stored: for an address or query that is not understood."""
    row = found(engine, request)
    if row.check is not None:
        await row.check(engine, request)


async def run(engine: Engine, request: Request) -> Reply:
    """The reply of the interaction that an entry of a Bundle asks for; raises FhirError."""
    return await found(engine, request).run(engine, request)


def found(engine: Engine, request: Request) -> Interaction:
    """The row of what an entry asks for, which takes its parameters and obeys its conditions; raises FhirError.

    Over HTTP other conditions are ignored as RFC 7232 says, but whoever writes one into an entry means it.
    """
    row = _router.find(engine, request)
    for name, header in entry.CONDITIONS.items():
        if header in request.headers and header not in row.conditions:
            text = f"{name} means nothing to the interaction {row.name}"
            raise Invalid(text, issues=[Issue("error", "not-supported", text, name)])
    return row
