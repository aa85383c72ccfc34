"""What a search parameter type is: how a value is indexed and how a query's value matches, side by side.

Source: http://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from server.fhir.definitions import SearchParameter
from server.fhir.resource import Json
from server.search.condition import Condition
from server.search.entries import Collector

Index: TypeAlias = Callable[[str, Json, Collector], None]
"""Adds the entries of one value, never None, under the parameter's name (`Patient.birthdate`)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One value of a query: `name` is the parameter's (`Patient.birthdate`), `text` is still escaped."""

    name: str
    parameter: SearchParameter
    text: str
    now: datetime


Match: TypeAlias = Callable[[Asked], Condition]
"""The condition that a value asks for; raises Invalid when it is none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A search parameter type: `index` by the FHIR type of the value, `match` by modifier ('' for none)."""

    index: Mapping[str, Index]
    match: Mapping[str, Match]
