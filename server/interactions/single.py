"""The interactions on one thing at a time: what a batch may hold.

Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    subsetting,
    update,
    vread,
)
from server.interactions.engine import Engine
from server.interactions.interaction import ID, MEMBER, OPERATION, TYPE, VERSION, Interaction, Router
from server.interactions.request import Reply, Request

SINGLE: Sequence[Interaction] = (
    Interaction(
        "read",
        "GET",
        (TYPE, ID),
        read.run,
        "instance",
        ("read",),
        subsetting.PARAMETERS,
        conditions=("if-none-match",),
        check=read.check,
        declares={"conditionalRead": "not-match"},
    ),
    Interaction(
        "vread",
        "GET",
        (TYPE, ID, "_history", VERSION),
        vread.run,
        "instance",
        ("vread",),
        subsetting.PARAMETERS,
        check=vread.check,
    ),
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
        history.of_resource,
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
    Interaction(
        "conditional delete",
        "DELETE",
        (TYPE,),
        delete.conditional,
        "type",
        (),
        None,
        declares={"conditionalDelete": "multiple"},
    ),
    Interaction("search in a compartment", "GET", (TYPE, ID, MEMBER), search.run, "type", (), None, check=search.check),
    *(
        Interaction("search by POST", "POST", (*path, "_search"), search.posted, "type", (), None)
        for path in ((TYPE,), (TYPE, ID, MEMBER))
    ),
    Interaction("search", "GET", (TYPE,), search.run, "type", ("search-type",), None, check=search.check),
    *(
        Interaction(code, "GET", path, history.run, level, (code,), None, check=history.check)
        for code, level, path in (
            ("history-type", "type", (TYPE, "_history")),
            ("history-system", "system", ("_history",)),
        )
    ),
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
    asked = _as_get(request)
    row = found(engine, asked)
    if row.check is not None:
        await row.check(engine, asked)


async def run(engine: Engine, request: Request) -> Reply:
    """The reply of the interaction that an entry of a Bundle asks for; raises FhirError."""
    asked = _as_get(request)
    return await found(engine, asked).run(engine, asked)


def _as_get(request: Request) -> Request:
    """HEAD asks for what GET does; that the answer has no content is for who sends it."""
    return replace(request, method="GET") if request.method == "HEAD" else request


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
