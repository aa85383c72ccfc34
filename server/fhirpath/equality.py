"""Equality and equivalence, of values and of collections.

Source: http://hl7.org/fhirpath/N1/#equality
"""

from __future__ import annotations

from decimal import Decimal

from server.fhir.resource import Json
from server.fhirpath import moments, quantity
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import Node, Value
from server.fhirpath.quantity import Quantity
from server.fhirpath.run import Nodes
from server.fhirpath.values import value


def equal(left: Nodes, right: Nodes) -> bool | None:
    """Whether the collections are the same in the same order; None when one is empty or it cannot be told."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    verdicts = [same(one, other) for one, other in zip(left, right, strict=True)]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def same(left: Node, right: Node) -> bool | None:
    """Whether two nodes are equal; None when their precisions leave it open."""
    one, other = value(left), value(right)
    if isinstance(one, Moment | Time) and isinstance(other, Moment | Time):
        order = moments.compare(one, other) if type(one) is type(other) else 1
        return None if order is None else order == 0
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        pair = quantity.comparable(one, other)
        return None if pair is None else pair[0] == pair[1]
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return _same_elements(one, other)
    return bool(one == other)


def _same_elements(one: Json, other: Json) -> bool:
    return {key: part for key, part in one.items() if key != "id"} == {
        key: part for key, part in other.items() if key != "id"
    }


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
        places = min(_places(one), _places(other))
        return round(Decimal(one), places) == round(Decimal(other), places)
    if isinstance(one, Moment | Time) and isinstance(other, Moment | Time):
        return type(one) is type(other) and moments.compare(one, other) == 0
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        pair = quantity.comparable(one, other)
        return pair is not None and alike(*pair)
    if isinstance(one, dict) and isinstance(other, dict):
        return _alike_elements(one, other)
    return bool(one == other)


def _alike_elements(one: Json, other: Json) -> bool:
    left, right = ({key for key in parts if key != "id"} for parts in (one, other))
    return left == right and all(_alike_parts(one[key], other[key]) for key in left)


def _alike_parts(one: Json, other: Json) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(any(alike(part, found) for found in other) for part in one)
    return alike(one, other)


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def _places(number: int | Decimal) -> int:
    exponent = Decimal(number).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def contains(nodes: Nodes, wanted: Node) -> bool:
    """Whether a node is among others."""
    return any(same(one, wanted) for one in nodes)


def distinct(nodes: Nodes) -> Nodes:
    """The nodes, each once, in order."""
    found: Nodes = []
    seen: set[tuple[type, Value]] = set()
    for node in nodes:
        plain = value(node)
        if isinstance(plain, str | bool):
            key = (type(plain), plain)
            if key not in seen:
                seen.add(key)
                found.append(node)
        elif not contains(found, node):
            found.append(node)
    return found
