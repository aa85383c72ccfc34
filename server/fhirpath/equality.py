"""Equality and equivalence, of values and of collections.

Source: http://hl7.org/fhirpath/N1/#equality
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Context, Decimal

from server.fhir.resource import Json
from server.fhirpath import moments, quantity
from server.fhirpath.decimals import computable, places
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import Node, Nodes, Value
from server.fhirpath.quantity import Quantity
from server.fhirpath.values import TEXTS, value

COST = 10
"""How many steps it takes to tell what one node equals."""


def equal(left: Nodes, right: Nodes) -> bool | None:
    """Whether the collections are the same in the same order; None when one is empty or it cannot be told."""
    if not left or not right:
        return None
    if len(left) == 1 == len(right):
        return same(left[0], right[0])
    if len(left) != len(right):
        return False
    verdicts = [same(one, other) for one, other in zip(left, right, strict=True)]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def same(left: Node, right: Node) -> bool | None:
    """Whether two nodes are equal; None when their precisions or units leave it open."""
    if left[1] in TEXTS and right[1] in TEXTS:
        return bool(left[0] == right[0])
    one, other = value(left), value(right)
    if isinstance(one, Moment | Time) and isinstance(other, Moment | Time):
        order = moments.compare(one, other) if type(one) is type(other) else 1
        return None if order is None else order == 0
    if isinstance(one, Quantity) or isinstance(other, Quantity):
        return _same_quantities(quantity.of(one), quantity.of(other))
    return key(left) == key(right)


def _same_quantities(one: Quantity | None, other: Quantity | None) -> bool | None:
    if one is None or other is None:
        return False
    pair = quantity.comparable(one, other)
    return None if pair is None else pair[0] == pair[1]


def key(node: Node) -> Hashable:
    """What is the same for nodes that are equal, and differs for all others."""
    found = value(node)
    if isinstance(found, Moment):
        moment = moments.in_utc(found)
        return "moment", moment.parts, len(moment.parts) > 3 and moment.zone is None
    if isinstance(found, Quantity):
        return "quantity", *quantity.base(found)
    if found is None:
        return "none", _key(node[2])
    return _key(found)


def _key(found: Value) -> Hashable:
    if isinstance(found, dict):
        return "object", frozenset((name, _key(part)) for name, part in found.items())
    if isinstance(found, list):
        return "array", tuple(map(_key, found))
    if isinstance(found, bool):
        return "boolean", found
    return found  # type: ignore[no-any-return]


def equivalent(left: Nodes, right: Nodes) -> bool:
    """Whether the collections hold the same, whatever their order, letter case, white space or trailing digits."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for one in left:
        place = next((at for at, other in enumerate(rest) if alike(value(one), value(other))), None)
        if place is None:
            return False
        del rest[place]
    return True


def alike(one: Value, other: Value) -> bool:
    """Whether two values are equivalent."""
    if isinstance(one, str) and isinstance(other, str):
        return _normal(one) == _normal(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return _alike_numbers(Decimal(one), Decimal(other))
    if isinstance(one, Moment | Time) and isinstance(other, Moment | Time):
        return type(one) is type(other) and moments.compare(one, other) == 0
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return quantity.alike(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return _alike_elements(one, other)
    return bool(one == other)


def _alike_numbers(one: Decimal, other: Decimal) -> bool:
    """Equal when both are rounded to the places of the one that has fewer."""
    if not computable(one) or not computable(other):
        return one == other
    last = Decimal(1).scaleb(-min(places(one.normalize()), places(other.normalize())))
    return one.quantize(last, context=_WIDE) == other.quantize(last, context=_WIDE)


_WIDE = Context(prec=130)


def _alike_elements(one: Json, other: Json) -> bool:
    return one.keys() == other.keys() and all(_alike_parts(one[name], other[name]) for name in one)


def _alike_parts(one: Json, other: Json) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(any(alike(part, found) for found in other) for part in one)
    return alike(one, other)


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def contains(nodes: Nodes, wanted: Node) -> bool:
    """Whether a node is among others."""
    return any(same(one, wanted) for one in nodes)


def keys(nodes: Nodes) -> frozenset[Hashable]:
    """The keys of nodes, to find many among them."""
    return frozenset(map(key, nodes))


def distinct(nodes: Nodes) -> Nodes:
    """The nodes, each once, in order."""
    if len(nodes) < 2:
        return nodes
    found: dict[Hashable, Node] = {}
    for node in nodes:
        found.setdefault(key(node), node)
    return nodes if len(found) == len(nodes) else list(found.values())
