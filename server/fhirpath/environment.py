"""What an evaluation is given beside the resource: the moment, constants, and who looks things up for it.

Sources: http://hl7.org/fhirpath/N1/#environment-variables, http://hl7.org/fhir/R4/fhirpath.html#variables
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from server.fhir.resource import Json, Resource
from server.fhirpath.errors import Exhausted
from server.fhirpath.node import Node

STEPS = 1_000_000
"""How many steps an evaluation may take."""


class Resolver(Protocol):
    """Finds what a reference leads to."""

    def resolve(self, reference: str) -> Resource | None:
        """The resource, None when it is not known."""


class Terminology(Protocol):
    """Knows codes."""

    def member_of(self, value: Json, value_set: str) -> bool | None:
        """Whether a code, Coding or CodeableConcept is in a value set; None when that is not known."""

    def subsumes(self, general: Json, special: Json) -> bool | None:
        """Whether one Coding or CodeableConcept subsumes the other; None when that is not known."""


@dataclass(frozen=True, slots=True)
class Environment:
    """`now` is the moment that now() and today() give; `variables` are external constants by name."""

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    resolver: Resolver | None = None
    terminology: Terminology | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    steps: int = STEPS


PLAIN = Environment()
"""An environment for expressions that ask for nothing outside the resource."""


class Scope:
    """One evaluation under way: where it is, and how many steps it has left."""

    __slots__ = ("environment", "index", "left", "resource", "root", "this", "total")

    def __init__(self, environment: Environment, root: list[Node]) -> None:
        self.environment = environment
        self.root = root
        self.resource = root
        self.this = root
        self.index = 0
        self.total: list[Node] = []
        self.left = environment.steps

    def spend(self, steps: int) -> None:
        """Count steps; raises Exhausted when there are too many."""
        self.left -= steps
        if self.left < 0:
            raise Exhausted("the expression takes too many steps")
