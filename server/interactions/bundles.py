"""Bundles joined from stored bytes: a resource that is only passed on is never decoded.

Source: http://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from server.fhir import codec
from server.fhir.resource import Resource
from server.interactions.request import Reply


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: `members` are its elements beside fullUrl and resource; `body` is the text of a resource or empty."""

    full_url: str = ""
    body: bytes = b""
    members: Mapping[str, Resource] = field(default_factory=dict)


def reply(
    type: str, entries: Sequence[Entry], links: Iterable[tuple[str, str]] = (), total: int | None = None
) -> Reply:
    """The Bundle of some entries; `links` are (relation, URL)."""
    head: Resource = {"resourceType": "Bundle", "type": type}
    if total is not None:
        head["total"] = total
    listed = [{"relation": relation, "url": url} for relation, url in links]
    if listed:
        head["link"] = listed
    text = codec.encode(head)
    if entries:
        text = b'%b,"entry":[%b]}' % (text[:-1], b",".join(map(_entry, entries)))
    return Reply(200, text)


def _entry(entry: Entry) -> bytes:
    parts = [b'"fullUrl":' + codec.encode(entry.full_url)] if entry.full_url else []
    if entry.body:
        parts.append(b'"resource":' + entry.body)
    parts += [b'"%b":%b' % (name.encode(), codec.encode(value)) for name, value in entry.members.items()]
    return b"{%b}" % b",".join(parts)
