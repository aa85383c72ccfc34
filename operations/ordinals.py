"""How far an order of EOBs has come, asked of the places in it: they are taken one after the other.

Source: http://hl7.org/fhir/R4/datatypes.html#identifier
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from operations import records
from operations.plans import OWNER
from server.fhir.resource import Resource
from server.interactions.engine import Engine

Place: TypeAlias = Callable[[int], Resource]
"""The Identifier of the place with a number in an order; the first is 1."""
_STEPS = [2**power for power in range(20)]


async def last(engine: Engine, place: Place) -> int:
    """The number of the last place that is taken, 0 when none is; the more are taken, the more questions it takes, by
    their logarithm.
    """
    known = 0
    while step := await _further(engine, place, known):
        known += step
    return known


async def _taken(engine: Engine, places: Sequence[Resource]) -> list[Resource]:
    """The EOBs of this server that have one of some places of one order."""
    values = [one["value"] for one in places]
    condition = records.identified("ExplanationOfBenefit", places[0]["system"], values)
    return [one.resource for one in records.owned(await records.matching(engine, condition), OWNER)]


async def _further(engine: Engine, place: Place, known: int) -> int:
    """The widest step from a place to one that is taken; 0 when none of those behind it is."""
    ahead = [place(known + step) for step in _STEPS]
    found = (one for explanation in await _taken(engine, ahead) for one in explanation["identifier"])
    held = {one["value"].casefold() for one in found if one.get("system") == ahead[0]["system"]}
    return max((step for step, one in zip(_STEPS, ahead, strict=True) if one["value"].casefold() in held), default=0)
