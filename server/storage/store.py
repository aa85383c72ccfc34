"""The protocol both stores fulfil; `conformance_tests/storage` holds them to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from server.fhir.fact import Fact, FactQuery, FactSum
from server.search.condition import Condition
from server.search.entries import NOTHING, Entries


@dataclass(frozen=True, slots=True)
class Row:
    """One version of a resource. `body` is its JSON text, None for a deletion; `at` is milliseconds since 1970 UTC.

    `order` is the resource's place of creation: stable over updates, increasing, unique in the store.
    `sequence` is the place of this version among all changes. `method` is POST, PUT, PATCH or DELETE.
    `owner` names the operation that posted the resource and alone may change it; empty for all others.
    """

    type: str
    id: str
    version: int
    at: int
    method: str
    body: bytes | None
    order: int
    sequence: int
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The next version of a resource: `version` - 1 must be current, deletions included; 1 means none exists."""

    type: str
    id: str
    version: int
    at: int
    method: str
    body: bytes | None
    entries: Entries = NOTHING
    facts: tuple[Fact, ...] = ()
    owner: str = ""


Version: TypeAlias = tuple[str, str, int]
"""A version of a resource: its type, id and number."""


@dataclass(frozen=True, slots=True)
class Commit:
    """All or nothing: each Change applies to its expected version, none of `absent` matches any live resource, and each
    of `current` is the current version still.
    """

    changes: tuple[Change, ...]
    absent: tuple[Condition, ...] = ()
    current: tuple[Version, ...] = ()


class Stale(Exception):
    """A resource has not its expected version; nothing of the commit was stored."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} has another version than expected")
        self.reference = reference


class Present(Exception):
    """A condition of `absent` matches a resource; nothing of the commit was stored."""

    def __init__(self, condition: Condition) -> None:
        super().__init__("a resource that must be absent is present")
        self.condition = condition


@dataclass(frozen=True, slots=True)
class Query:
    """A page of live resources, newest created first; `below` is the `order` of the last row already seen."""

    condition: Condition
    limit: int
    below: int | None = None


ENDLESS = 2**62
"""Beyond every place and time of a store; its negative is before them."""

Range: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class History:
    """A page of versions, deletions included, newest first or `oldest` first: those of one resource, of a `type`, or
    of all where that is empty.

    Only versions made at `since` or after, and that were current at some time `during` a period from the first moment
    up to the second (all in milliseconds since 1970 UTC). `beyond` is the place of the last row already seen.
    """

    limit: int
    type: str = ""
    id: str = ""
    since: int | None = None
    during: Range | None = None
    oldest: bool = False
    beyond: int | None = None

    def place(self, row: Row) -> int:
        """Where a row stands in this history: by its version among those of one resource, else by its sequence."""
        return row.version if self.id else row.sequence

    @property
    def unseen(self) -> Range:
        """The first and the last place that may have rows beyond the last one already seen."""
        if self.beyond is None:
            return 0, ENDLESS
        return (self.beyond + 1, ENDLESS) if self.oldest else (0, self.beyond - 1)

    @property
    def made(self) -> Range:
        """From when on, and before when, a version was made."""
        return -ENDLESS if self.since is None else self.since, ENDLESS if self.during is None else self.during[1]

    @property
    def timed(self) -> bool:
        """Whether time limits what is shown."""
        return self.since is not None or self.during is not None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order asked for; `more` says whether others follow."""

    rows: tuple[Row, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Event:
    """An outbox row: what changed, in the order of commits, written in the same commit."""

    sequence: int
    type: str
    id: str
    version: int
    method: str
    at: int


@dataclass(frozen=True, slots=True)
class Versions:
    """What a store was written with.

    An older server refuses a newer `schema` or `recipe`; other `definitions` or another `recipe` mean reindexing.
    """

    schema: int
    definitions: str
    recipe: int


class Incompatible(Exception):
    """The store was written by a newer server; the text says what it has."""


@dataclass(frozen=True, slots=True)
class Reindexed:
    """New entries for the version of a resource that was current when they were derived."""

    row: Row
    entries: Entries = field(default=NOTHING)


class Store(Protocol):
    """Every method may raise `errors.Unavailable`; the store recovers by itself when its disk or server does."""

    async def read(self, type: str, id: str) -> Row | None:
        """The current version, a deletion included; None if the resource never was."""

    async def read_many(self, references: Sequence[tuple[str, str]]) -> tuple[Row | None, ...]:
        """The current version of each (type, id), in order; at most 1,000."""

    async def vread(self, type: str, id: str, version: int) -> Row | None:
        """One version, current or superseded."""

    async def history(self, query: History) -> Page:
        """Versions in their order, of one resource, a type, or all; what is written meanwhile moves none of them."""

    async def search(self, query: Query) -> Page:
        """Live resources that match, newest created first."""

    async def count(self, condition: Condition, limit: int) -> int:
        """How many live resources match, counting no further than `limit`."""

    async def commit(self, commit: Commit) -> tuple[Row, ...]:
        """Store all changes durably or none, and give their rows in order, without body; raises Stale or Present."""

    async def events(self, after: int, limit: int) -> tuple[Event, ...]:
        """Outbox rows with a sequence above `after`, in order; none with a lower sequence appears later."""

    async def sum_facts(self, query: FactQuery) -> tuple[FactSum, ...]:
        """Facts of live resources summed by kind, group, outcome, currency and origin."""

    async def secret(self) -> bytes:
        """32 random bytes made when the store was: signs cursors, keys hashes."""

    async def outdated(self, limit: int) -> tuple[Row, ...]:
        """Live resources whose entries were derived by another recipe or other definitions; empty when none is left."""

    async def reindex(self, resources: Sequence[Reindexed]) -> None:
        """Replace the entries of each resource that still has the row's version; the others are no longer outdated."""

    async def probe(self) -> None:
        """Return when the store can answer."""

    async def close(self) -> None:
        """Finish what is under way and release everything."""
