"""A version of a resource as a document, and back as a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import bson
from bson import Int64

from server.fhir.errors import TooLarge
from server.search.entries import Entries
from server.storage.mongo import facts, keys
from server.storage.mongo.schema import Document
from server.storage.store import Change, Commit, Event, Row

MOST = 15 * 2**20
"""How many bytes a document may have; MongoDB takes 16 MB and some of that is for what is not in the document."""

_VERSION = ("v", "n", "seq", "at", "method", "owner", "body")
ROW: Mapping[str, int] = dict.fromkeys(_VERSION, 1)
"""The fields that make a row."""
KNOWN: Mapping[str, int] = {**ROW, "facts": 1}
"""The fields that a commit must know of what it follows."""

_NO_ENTRIES: Document = {"t": [], "r": [], "x": [], "p": [], "l": {}}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change as it will be stored, but for its place and sequence."""

    change: Change
    reference: str
    content: Document
    facts: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class PreparedCommit:
    """A commit whose changes are prepared."""

    commit: Commit
    changes: tuple[Prepared, ...]

    @property
    def references(self) -> Iterator[str]:
        """The resources whose versions it expects."""
        yield from (one.reference for one in self.changes)
        yield from (f"{type_}/{id_}" for type_, id_, _ in self.commit.current)


def prepared(commit: Commit, epoch: int) -> PreparedCommit:
    """The commit ready to be stored; raises TooLarge."""
    return PreparedCommit(commit, tuple(_prepared(change, epoch) for change in commit.changes))


def _prepared(change: Change, epoch: int) -> Prepared:
    reference = f"{change.type}/{change.id}"
    summed = facts.documents(reference, change.facts)
    content: Document = {
        "v": change.version,
        "at": Int64(change.at),
        "method": change.method,
        "owner": change.owner,
        "facts": len(summed),
        "epoch": None if change.body is None else epoch,
        **(_NO_ENTRIES if change.body is None else indexed(change.entries)),
        "body": change.body,
    }
    if len(bson.encode({**content, "facts": summed})) > MOST:
        raise TooLarge(f"{reference} has more than {MOST // 2**20} MB with its index entries")
    return Prepared(change, reference, content, summed)


def indexed(entries: Entries) -> Document:
    """The fields by which a live resource is found: `t` terms and texts, `r` spans, `x` whole texts that are long.
    `p` are the parameters that it has values of, `l` the references of each.
    """
    terms = [keys.term(key) for key in entries.terms]
    texts = {keys.beginning(name, text) for name, text in entries.texts}
    return {
        "t": [keys.LIVE, *terms, *sorted(texts)],
        "r": [keys.span(name, low, high) for name, low, high in entries.spans],
        "x": [keys.whole(name, text) for name, text in entries.texts if len(text) > keys.LONG],
        "p": list(entries.valued),
        "l": {keys.link(name): [to for _, to in links] for name, links in groupby(entries.links, key=itemgetter(0))},
    }


def superseded(document: Document) -> Document:
    """The document of HISTORY that keeps a version of CURRENT which another follows."""
    reference = document["_id"]
    kept = {name: document[name] for name in _VERSION}
    return {"_id": earlier(reference, document["v"]), "rt": reference.partition("/")[0], **kept}


def earlier(reference: str, version: int) -> str:
    """The `_id` of a version in HISTORY; those of one resource are in the order of their versions."""
    return f"{reference}/_history/{version:010d}"


def row(document: Document) -> Row:
    """The row of a document of CURRENT or HISTORY."""
    type_, id_, *_ = document["_id"].split("/")
    version, order, sequence, at, method, owner, body = (document[name] for name in _VERSION)
    return Row(type_, id_, version, int(at), method, body, int(order), int(sequence), owner)


def event(stored: Row) -> Document:
    """The document of OUTBOX that tells of a change."""
    reference = f"{stored.type}/{stored.id}"
    return {
        "_id": Int64(stored.sequence),
        "r": reference,
        "rt": stored.type,
        "v": stored.version,
        "method": stored.method,
        "at": stored.at,
    }


def told(document: Document) -> Event:
    """The event of a document of OUTBOX."""
    type_, _, id_ = document["r"].partition("/")
    return Event(int(document["_id"]), type_, id_, document["v"], document["method"], int(document["at"]))
