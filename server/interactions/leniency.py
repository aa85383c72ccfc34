"""`Prefer: handling=lenient`: search parameters that are not supported are left out, and said to be.

Without it they are refused: a search that ignores what it was asked finds too much.
Source: http://hl7.org/fhir/R4/search.html#errors
"""

from __future__ import annotations

from dataclasses import replace

from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.interactions.conditions import preferences
from server.interactions.engine import Engine
from server.interactions.request import Request
from server.search.compiler import Criteria


def heard(engine: Engine, request: Request, others: frozenset[str]) -> tuple[Request, tuple[Issue, ...]]:
    """The search as far as it is supported, and a warning for each parameter that is left out.

    `others` are the parameters that are no criteria; they are never left out.
    """
    if ("handling", "lenient") not in ((name, value.lower()) for name, value in preferences(request)):
        return request, ()
    criteria = Criteria(engine.definitions, request.path[-1], request.now)
    told = {pair: _unsupported(criteria, pair) for pair in request.query if pair[0] not in others}
    kept = tuple(pair for pair in request.query if not told.get(pair))
    return replace(request, query=kept), tuple(issue for issues in told.values() for issue in issues)


def _unsupported(criteria: Criteria, pair: tuple[str, str]) -> tuple[Issue, ...]:
    """What is said of a parameter that is not supported; nothing of one that is, or is merely wrong."""
    try:
        criteria.condition([pair])
    except Invalid as error:
        if all(one.code == "not-supported" for one in error.issues):
            return tuple(replace(one, severity="warning") for one in error.issues)
    return ()
