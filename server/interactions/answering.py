"""The answer to one entry of a Bundle, whatever becomes of it.

Source: http://hl7.org/fhir/R4/http.html#transaction-response
"""

from __future__ import annotations

from collections.abc import Awaitable

from server.fhir.errors import FhirError, Invalid, TooCostly
from server.fhir.outcome import outcome
from server.interactions import bundles, entry, faults, responses, single
from server.interactions.engine import Engine
from server.interactions.entry import Entry
from server.interactions.request import Request

MOST = 64 * 2**20
"""How many octets the answers of a Bundle have before nothing more is read for it."""


class Allowance:
    """What is left of the room for the answers of one Bundle."""

    def __init__(self) -> None:
        self._left = MOST

    def check(self, request: Request) -> None:
        """Raise TooCostly for a read when there is no room left; what is written is told in any case."""
        if self._left <= 0 and request.method in ("GET", "HEAD"):
            raise TooCostly(f"the answers before this one have {MOST // 2**20} MiB; ask for less at a time")

    def spend(self, answer: bundles.Entry) -> bundles.Entry:
        """The answer, which takes its room."""
        self._left -= len(answer.body)
        return answer


async def performed(engine: Engine, one: Entry, room: Allowance) -> bundles.Entry:
    """What an entry would have been answered alone; raises FhirError with issues under the path of the entry."""
    try:
        room.check(one.request)
        if one.request.body is not None and not isinstance(one.request.body, dict):
            raise Invalid("a resource is an object", expression="resource")
        return room.spend(responses.of_reply(one.request, await single.run(engine, one.request)))
    except FhirError as error:
        raise entry.failed(one, error) from error


async def by_itself(answer: Awaitable[bundles.Entry]) -> bundles.Entry:
    """The answer, or what is told of its failure: a fault of our own in one entry is none of the others."""
    try:
        return await answer
    except FhirError as error:
        return responses.of_outcome(error.status, outcome(error.issues))
    except Exception as error:  # noqa: BLE001 - the outermost handler of an entry: its neighbours are stored already
        return responses.of_outcome(500, outcome([faults.told(error)]))
