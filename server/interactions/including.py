"""What a page of a search includes beside its matches, each resource once.

Source: http://hl7.org/fhir/R4/search.html#include
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.interactions.engine import Engine
from server.search.condition import Condition
from server.search.includes import Include
from server.storage.store import Query, Row

MOST = 1_000
"""How many resources are included beside one page."""
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Included:
    """What is included, and whether that is all."""

    rows: Sequence[Row]
    complete: bool


async def read(engine: Engine, includes: Sequence[Include], matches: Sequence[Row]) -> Included:
    """What the includes of a query lead to from its matches; those with `iterate` from what they lead to as well."""
    if not includes:
        return Included((), complete=True)
    known = {_key(row): row for row in matches}
    ahead, asked = list(known), list(includes)
    while ahead and asked:
        found: list[str] = []
        for one in asked:
            condition = one.condition(ahead)
            if condition is not None and not await _gather(engine, condition, known, found, len(matches) + MOST):
                return Included([*known.values()][len(matches) :], False)
        ahead, asked = found, [one for one in includes if one.iterate]
    return Included([*known.values()][len(matches) :], True)


async def _gather(engine: Engine, condition: Condition, known: dict[str, Row], found: list[str], most: int) -> bool:
    """Add what meets a condition to what is known and found, and tell whether there was room for all of it."""
    below: int | None = None
    while True:
        page = await engine.store.search(Query(condition, _PAGE, below))
        for row in page.rows:
            if _key(row) not in known:
                if len(known) == most:
                    return False
                known[_key(row)] = row
                found.append(_key(row))
        if not page.more:
            return True
        below = page.rows[-1].order


def _key(row: Row) -> str:
    return f"{row.type}/{row.id}"
