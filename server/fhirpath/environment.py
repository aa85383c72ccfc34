"""What an evaluation is given beside the resource: the moment, constants, and who looks things up for it.

Sources: http://hl7.org/fhirpath/N1/#environment-variables, http://hl7.org/fhir/R4/fhirpath.html#variables
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from server.fhir.resource import Json, Resource
from server.fhirpath.errors import Exhausted
from server.fhirpath.node import NOTHING, Nodes

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


class Profiles(Protocol):
    """Knows profiles."""

    def conforms(self, value: Json, profile: str) -> bool | None:
        """Whether a value conforms to the profile of that URL; None when there is no such profile."""


@dataclass(frozen=True, slots=True)
class Environment:
    """`now` is the moment that now(), today() and timeOfDay() give; without it they fail.

    `resource` and `root` are %resource and %rootResource where they are not what is evaluated on: the resource that
    an element is part of, and the one that this is contained in. `variables` are further constants by name. What is
    None is not there to be asked.
    """

    now: datetime | None = None
    resource: Resource | None = None
    root: Resource | None = None
    resolver: Resolver | None = None
    terminology: Terminology | None = None
    profiles: Profiles | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    steps: int = STEPS


PLAIN = Environment()
"""An environment for expressions that ask for nothing outside the resource."""


class Scope:
    """One evaluation under way: where it is, what it need not find out again, and how many steps it has left."""

    __slots__ = ("context", "environment", "index", "left", "memory", "resource", "root", "this", "total")

    def __init__(self, environment: Environment, focus: Nodes) -> None:
        self.environment = environment
        self.context = self.this = focus
        self.resource = focus if environment.resource is None else _node(environment.resource)
        self.root = self.resource if environment.root is None else _node(environment.root)
        self.index = 0
        self.total = NOTHING
        self.left = environment.steps
        self.memory: dict[object, Nodes] = {}

    def move(self, focus: Nodes) -> None:
        """Evaluate on something else of the same resource; what was found out about that is kept."""
        self.context = self.this = focus

    def spend(self, steps: int) -> None:
        """Count steps; raises Exhausted when there are too many."""
        self.left -= steps
        if self.left < 0:
            raise Exhausted("the expression takes too many steps")


def _node(resource: Resource) -> Nodes:
    return [(resource, resource["resourceType"], None)]
