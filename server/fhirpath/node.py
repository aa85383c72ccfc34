"""What expressions work on: values with their types.

A node is a tuple of value, type name and, for a primitive of a resource that has one, the object of its id and
extensions. Types of FHIR go by their name or, inside a type, by the path of their element (`Patient.contact`); those of
FHIRPath begin with `System.`. A primitive that has extensions alone has the value None.
"""

from __future__ import annotations

from typing import TypeAlias

from server.fhir.resource import Json

Value: TypeAlias = Json
"""A JSON value, or a Moment, Time or Quantity of this package."""

Node: TypeAlias = tuple[Value, str, Json]
Nodes: TypeAlias = list[Node]
"""A collection; never changed once it is given."""

BOOLEAN, STRING, INTEGER, DECIMAL = "System.Boolean", "System.String", "System.Integer", "System.Decimal"
DATE, DATE_TIME, TIME, QUANTITY = "System.Date", "System.DateTime", "System.Time", "System.Quantity"
TYPE_INFO = "System.TypeInfo"

TRUE: Nodes = [(True, BOOLEAN, None)]
FALSE: Nodes = [(False, BOOLEAN, None)]
NOTHING: Nodes = []


def truth(value: bool | None) -> Nodes:
    """The collection of a boolean; empty for None."""
    return NOTHING if value is None else TRUE if value else FALSE
