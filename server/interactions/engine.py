"""What every interaction works with, made once by `app` and handed down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, TypeAlias

from server.fhir.definitions import Definitions
from server.fhir.fact import Fact
from server.fhir.outcome import Issue
from server.fhir.resource import Resource
from server.interactions.contention import Contention
from server.interactions.holding import Hold
from server.interactions.rewriting import Rewriter
from server.search.entries import Entries
from server.storage.store import Store

if TYPE_CHECKING:
    from server.interactions.operation import Operation

Operations: TypeAlias = Mapping[str, Sequence["Operation"]]
"""Operations by their code; several may share one, on different types."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The floor below, in one value.

    `validate` finds every issue of a resource, `index` derives the entries of a stamped one, `facts` the facts of one
    that arrived by REST or load; `clock` tells the time in UTC, `new_id` draws a logical id; `statement` is the
    CapabilityStatement of a base URL, `rewriter` renames references, `contention` has the
    queues of writers that want the same; `holds` says, by type, what posted resources hold in place; `zone` is that of
    the practice.
    """

    definitions: Definitions
    store: Store
    validate: Callable[[Resource], tuple[Issue, ...]]
    index: Callable[[Resource], Entries]
    facts: Callable[[Resource], tuple[Fact, ...]]
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    operations: Operations
    statement: Callable[[str], Resource]
    rewriter: Rewriter
    contention: Contention
    holds: Mapping[str, Hold]
    zone: tzinfo
