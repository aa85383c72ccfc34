"""Elements changed where they stand: what a primitive has beside its value moves with it, and nothing empty stays.

Source: http://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from collections.abc import Sequence

from server.fhir.resource import Json, Resource
from server.fhirpath.model import Step
from server.fhirpath.places import Pair, Spot
from server.patching.operations import Inapplicable

_EMPTY: tuple[Json, ...] = (None, {}, [])


def within(spot: Spot, *changes: tuple[Step, Sequence[Pair]]) -> Resource:
    """The whole resource, with these elements under steps of the one at the spot; raises Inapplicable for several where
    one may be.
    """
    pair = spot.pair
    for step, elements in changes:
        pair = _holding(pair, step, elements)
    while spot.parent is not None:
        siblings = list(spot.parent.pairs(spot.step))
        siblings[spot.place] = pair
        pair = _holding(spot.parent.pair, spot.step, siblings)
        spot = spot.parent
    whole: Resource = pair[0]
    return whole


def holding(container: Resource, step: Step, elements: Sequence[Pair]) -> Resource:
    """A copy of an object with these elements under a step; raises Inapplicable for several where one may be."""
    kept = [(value, None if beside in _EMPTY else beside) for value, beside in elements if not _empty(value, beside)]
    if len(kept) > 1 and not step.many:
        raise Inapplicable(f"there is one {step.key} already, and no more than one may be")
    changed = dict(container)
    _set(changed, step.key, [value for value, _ in kept], step.many)
    if step.sibling:
        _set(changed, step.sibling, [beside for _, beside in kept], step.many)
    return changed


def _holding(pair: Pair, step: Step, elements: Sequence[Pair]) -> Pair:
    value, beside = pair
    if isinstance(value, dict):
        return holding(value, step, elements), beside
    return value, holding(beside or {}, step, elements)


def _empty(value: Json, beside: Json) -> bool:
    return value in _EMPTY and beside in _EMPTY


def _set(container: Resource, key: str, values: Sequence[Json], many: bool) -> None:
    if all(one is None for one in values):
        container.pop(key, None)
    else:
        container[key] = values if many else values[0]
