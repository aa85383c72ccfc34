"""From what resources hold to the values that operators and functions work on.

Sources: http://hl7.org/fhir/R4/fhirpath.html#types, http://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from server.fhir.exact import Exact
from server.fhir.resource import Json
from server.fhirpath import moments, ucum
from server.fhirpath.decimals import computable
from server.fhirpath.errors import Unevaluable
from server.fhirpath.moments import Moment, Time
from server.fhirpath.node import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DECIMAL,
    FALSE,
    INTEGER,
    NOTHING,
    QUANTITY,
    STRING,
    TIME,
    TRUE,
    Node,
    Nodes,
    Value,
)
from server.fhirpath.quantity import Quantity

T = TypeVar("T")

_STRINGS = ("string", "uri", "url", "canonical", "code", "id", "oid", "uuid", "markdown", "base64Binary", "xhtml")
_MEASURES = ("Quantity", "Age", "Count", "Distance", "Duration", "MoneyQuantity", "SimpleQuantity")
TEXTS = frozenset((*_STRINGS, STRING))
"""The types whose values are strings."""
_BOOLEANS = ("boolean", BOOLEAN)


def system(node: Node) -> Node:
    """The node with a System type, where its type has one; complex values stay as they are."""
    value, type_, element = node
    convert = _SYSTEM.get(type_)
    if convert is None or value is None:
        return node
    name, expected, make = convert
    made = make(value) if type(value) in expected else None
    return node if made is None else (made, name, element)


def value(node: Node) -> Value:
    """The value of a node as a System value."""
    return node[0] if node[1] in TEXTS else system(node)[0]


def _quantity(value: Json) -> Quantity | None:
    number, code = value.get("value"), value.get("code")
    unit = code or value.get("unit") or "1"
    if type(number) not in _NUMBERS or type(unit) is not str or "comparator" in value or not computable(number):
        return None
    by = value.get("system", ucum.SYSTEM)
    return Quantity(Decimal(number), f"{by}|{code}" if code and by != ucum.SYSTEM else unit)


def _same(value: T) -> T:
    return value


_NUMBERS, _TEXT = (int, Decimal, Exact), (str,)
_SYSTEM: Mapping[str, tuple[str, tuple[type, ...], Callable[[Json], Value]]] = {
    **dict.fromkeys(_STRINGS, (STRING, _TEXT, _same)),
    "boolean": (BOOLEAN, (bool,), _same),
    **dict.fromkeys(("integer", "positiveInt", "unsignedInt"), (INTEGER, (int,), _same)),
    "decimal": (DECIMAL, _NUMBERS, Decimal),
    "date": (DATE, _TEXT, moments.moment),
    **dict.fromkeys(("dateTime", "instant"), (DATE_TIME, _TEXT, moments.moment)),
    "time": (TIME, _TEXT, moments.time),
    **dict.fromkeys(_MEASURES, (QUANTITY, (dict,), _quantity)),
}
"""FHIR type to System type, the JSON types that it is written as, and how it is made."""


def single(nodes: Nodes) -> Node | None:
    """The only node, None without one; raises Unevaluable for several."""
    if len(nodes) > 1:
        raise Unevaluable("a single value is expected, there are several")
    return nodes[0] if nodes else None


def one(nodes: Nodes, *types: type) -> Value:
    """The System value of the only node, None without one.

    Raises Unevaluable for several, for another type, and for a number that is not computed with.
    """
    node = single(nodes)
    found = None if node is None else value(node)
    if found is None:
        return None
    if types and not _is(found, types):
        raise Unevaluable(f"a {' or '.join(_NAMES[one] for one in types)} is expected")
    if isinstance(found, int | Decimal) and not computable(found):
        raise Unevaluable("a number is too long to compute with")
    return found


def _is(found: Value, types: tuple[type, ...]) -> bool:
    return isinstance(found, types) and (bool in types or not isinstance(found, bool))


_NAMES: Mapping[type, str] = {
    str: "string",
    int: "integer",
    Decimal: "decimal",
    bool: "boolean",
    Moment: "date or time",
    Time: "time",
    Quantity: "quantity",
}


def text(nodes: Nodes) -> str | None:
    """The only node as a string."""
    if len(nodes) == 1 and nodes[0][1] in TEXTS and type(nodes[0][0]) is str:
        return nodes[0][0]
    found: str | None = one(nodes, str)
    return found


def whole(nodes: Nodes) -> int | None:
    """The only node as an integer."""
    found: int | None = one(nodes, int)
    return found


def number(nodes: Nodes) -> int | Decimal | None:
    """The only node as a number."""
    found: int | Decimal | None = one(nodes, int, Decimal)
    return found


def boolean(nodes: Nodes) -> bool | None:
    """The only node as a boolean: anything that is not one counts as true where it stands alone."""
    if nodes is TRUE or nodes is FALSE:
        return nodes is TRUE
    node = single(nodes)
    if node is None:
        return None
    if node[1] not in _BOOLEANS:
        return True
    found: bool | None = node[0]
    return found


def nodes_of(found: Value) -> Nodes:
    """The collection of a System value; empty for None."""
    if found is None:
        return NOTHING
    if isinstance(found, Moment):
        return [(found, DATE_TIME if found.timed else DATE, None)]
    return [(found, _TYPES[type(found)], None)]


_TYPES: Mapping[type, str] = {
    bool: BOOLEAN,
    str: STRING,
    int: INTEGER,
    Decimal: DECIMAL,
    Time: TIME,
    Quantity: QUANTITY,
}
