"""Operations: what `operations.ALL` rows look like, and how a call reaches one.

Source: http://hl7.org/fhir/R4/operations.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from server.fhir.resource import Json, Resource
from server.interactions.engine import Engine
from server.interactions.request import Reply, Request


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `type` and `id` say on what it was made, empty where it was not.

    `parameters` are the in-parameters by name, checked against the OperationDefinition, each as its values in order
    (primitives, datatypes or resources).
    """

    request: Request
    type: str
    id: str
    parameters: Mapping[str, tuple[Json, ...]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of `operations.ALL`.

    `definition` is the OperationDefinition, served as it stands; `consumes` names the interactions it performs on
    behalf of the caller, as (interaction, type).
    """

    definition: Resource
    run: Callable[[Engine, Call], Awaitable[Reply]]
    consumes: tuple[tuple[str, str], ...]
