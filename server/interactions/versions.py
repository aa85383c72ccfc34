"""The current versions of many resources.

Source: http://hl7.org/fhir/R4/resource.html#Meta
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.interactions.engine import Engine
from server.storage.store import Row

AT_ONCE = 1_000
"""How many are read in one call."""


async def current(engine: Engine, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Row | None]:
    """The row of each (type, id), deletions included; None for what never was."""
    found: dict[tuple[str, str], Row | None] = {}
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        found.update(zip(part, await engine.store.read_many(part), strict=True))
    return found
