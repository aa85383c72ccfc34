"""The search language. A query compiles to a Condition; each store compiles that to its own query.

Access narrowing is one more `All`, so no path can forget it. `interpreter.py` gives the meaning in plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from server.search.entries import Number


@dataclass(frozen=True, slots=True)
class Term:
    """The resource has exactly this term, for example `Observation.code=http://loinc.org|8302-2`."""

    key: str


@dataclass(frozen=True, slots=True)
class Span:
    """One and the same span of `parameter` keeps every stated bound.

    `low_from` <= low, low < `low_before`, `high_after` < high, high <= `high_to`; None states no bound.
    """

    parameter: str
    low_from: Number | None = None
    low_before: Number | None = None
    high_after: Number | None = None
    high_to: Number | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """A text of `parameter` begins with the normalised `text`."""

    parameter: str
    text: str


@dataclass(frozen=True, slots=True)
class Substring:
    """A text of `parameter` contains the normalised `text`."""

    parameter: str
    text: str


@dataclass(frozen=True, slots=True)
class Valued:
    """The resource has a value of `parameter`, also one that is not searched by."""

    parameter: str


@dataclass(frozen=True, slots=True)
class Itself:
    """The resource is the one that `reference` names, for example `Patient/17`."""

    reference: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The resource refers by `parameter` to a live one that `part` holds for."""

    parameter: str
    part: Condition


@dataclass(frozen=True, slots=True)
class Reverse:
    """A live resource that `part` holds for refers to this one by `parameter`."""

    parameter: str
    part: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; true when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; false when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Entry: TypeAlias = Term | Span | Prefix | Substring | Valued
Link: TypeAlias = Chain | Reverse
Condition: TypeAlias = Entry | Itself | Link | All | Any | Not
