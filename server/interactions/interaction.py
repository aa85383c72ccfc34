"""What an interaction is: a method, the shape of a path, and what performs it.

Source: http://hl7.org/fhir/R4/http.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from server.fhir.errors import Invalid, NotAcceptable, NotAllowed, NotFound
from server.fhir.outcome import Issue
from server.fhir.resource import Json
from server.interactions import criteria
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request

Run: TypeAlias = Callable[[Engine, Request], Awaitable[Reply]]
Check: TypeAlias = Callable[[Engine, Request], Awaitable[None]]

TYPE, ID, VERSION, OPERATION, MEMBER = "{type}", "{id}", "{version}", "${operation}", "{member}"
"""What a segment of a path may stand for; any other segment stands for itself."""

_OFFERED: Mapping[str, Sequence[str]] = {"GET": ("GET", "HEAD")}
"""A method of the table to those that are offered by it, where they are more than itself."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """A row. `codes` are its interaction codes in a CapabilityStatement, none for an operation or capabilities.

    `level` is `instance`, `type` or `system`. `parameters` are those it takes in the URL, None when it looks at them
    itself; `conditions` are the conditional headers that it obeys. `public` means that nobody has to sign in for it.
    `check` raises for a read that is not understood, so that a transaction can refuse it before it writes anything.
    `declares` are the elements that it adds to each resource type in a CapabilityStatement.
    """

    name: str
    method: str
    path: tuple[str, ...]
    run: Run
    level: str
    codes: tuple[str, ...] = ()
    parameters: tuple[str, ...] | None = ()
    conditions: tuple[str, ...] = ()
    public: bool = False
    check: Check | None = None
    declares: Mapping[str, Json] = field(default_factory=dict)


class Router:
    """Finds the row of a table that a request asks for."""

    __slots__ = ("_literals", "_rows")

    def __init__(self, table: Sequence[Interaction]) -> None:
        self._literals = frozenset(place for row in table for place in enumerate(row.path) if place[1][:1] not in "{$")
        rows: dict[tuple[str, ...], dict[str, Interaction]] = {}
        for row in table:
            rows.setdefault(self._shape(row.path), {})[row.method] = row
        self._rows: Mapping[tuple[str, ...], Mapping[str, Interaction]] = rows

    def find(self, engine: Engine, request: Request) -> Interaction:
        """The row; raises NotFound or NotAllowed."""
        rows = self._rows.get(self._shape(request.path))
        if rows is None:
            raise NotFound("there is nothing at this address")
        row = rows.get(request.method)
        if TYPE in next(iter(rows.values())).path and not engine.definitions.is_resource(request.path[0]):
            raise NotFound("there is nothing at this address" + _hint(request.path[0]))
        if row is None:
            raise NotAllowed.but([one for method in rows for one in _OFFERED.get(method, (method,))])
        if request.format and OPERATION not in row.path:
            raise NotAcceptable(f"this is not answered as {request.format}")
        criteria.check_names(request.query)
        if row.parameters is not None:
            _refuse_unknown(request, row.parameters)
        return row

    def _shape(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """What tells paths apart: literals in their place, what no id begins with, the sign of an operation; all else
        is a blank.
        """
        return tuple(
            "$" if part[:1] == "$" else part if part[:1] == "_" or (place, part) in self._literals else ""
            for place, part in enumerate(path)
        )


def _refuse_unknown(request: Request, known: tuple[str, ...]) -> None:
    for name, _ in request.query:
        if name not in known:
            text = f"there is a parameter that is not supported here: {name[:64]}"
            raise Invalid(text, issues=[Issue("error", "not-supported", text, name[:64])])


def _hint(name: str) -> str:
    typed = name.isalpha() and name.isascii() and name[:1].isupper() and len(name) <= 64
    return f": R4 has no resource type {name}" if typed else ""
