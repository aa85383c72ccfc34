"""Changes and commits as the tests write them."""

from __future__ import annotations

from server.fhir.fact import Fact
from server.search.condition import Condition
from server.search.entries import NOTHING, Entries
from server.storage.store import Change, Commit

AT = 1_770_000_000_000


def change(
    reference: str, version: int = 1, entries: Entries = NOTHING, facts: tuple[Fact, ...] = (), owner: str = ""
) -> Change:
    """A create or update whose body says which resource and version it is."""
    type_, id_ = reference.split("/")
    body = f'{{"resourceType":"{type_}","id":"{id_}","meta":{{"versionId":"{version}"}}}}'.encode()
    method = "POST" if version == 1 else "PUT"
    return Change(type_, id_, version, AT + version, method, body, entries, facts, owner)


def removal(reference: str, version: int) -> Change:
    """A deletion."""
    type_, id_ = reference.split("/")
    return Change(type_, id_, version, AT + version, "DELETE", None)


def commit(
    *changes: Change, absent: tuple[Condition, ...] = (), current: tuple[tuple[str, str, int], ...] = ()
) -> Commit:
    """A commit of these changes."""
    return Commit(tuple(changes), absent, current)


def tagged(*terms: str) -> Entries:
    """Entries of terms alone."""
    return Entries(terms=tuple(sorted(terms)))
