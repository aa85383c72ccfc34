"""Entries of the transaction Bundle that a message becomes, each knowing the segment it comes from.

A resource that the message is about is updated under its identifier (`PUT Patient?identifier=system|value`); one that
it only mentions, a practitioner or a payer, is created unless it exists. Full URLs are derived from type and condition,
so one message always makes the same Bundle, whoever maps it, and sending it again changes nothing.

Source: http://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import UUID, uuid5

from server.fhir.resource import Resource
from server.hl7v2.faults import Place

FULL_URLS = UUID("8c0c2b6e-4f0d-5d0e-8f0b-0a4d9c1e7f52")
"""The namespace of the full URLs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource, the search that finds what it replaces or repeats, and the segment that says it.

    `identity` is the system and value it is found by; `full_url` stands for the resource inside the Bundle.
    """

    resource: Resource
    identity: tuple[str, str]
    criterion: str
    place: Place
    full_url: str
    update: bool = True

    @property
    def reference(self) -> Resource:
        """A Reference to the resource."""
        return {"reference": self.full_url}


@dataclass(frozen=True, slots=True)
class Translation:
    """A message as a transaction Bundle; `origins` has the place in the message that each entry comes from."""

    bundle: Resource
    origins: tuple[Place, ...]


def identified(resource: Resource, key: Resource, place: Place, *, update: bool = True) -> Entry:
    """The entry of a resource that is found by one of its identifiers."""
    return _entry(resource, "identifier", (key["system"], key["value"]), place, update)


def reference(kind: str, key: Resource) -> Resource:
    """A Reference to the resource of a type that is, elsewhere in the Bundle, found by this identifier."""
    return {"reference": _full_url(kind, _criterion("identifier", (key["system"], key["value"])))}


def kept(entry: Entry) -> Entry:
    """The entry as one that leaves what exists as it is."""
    return replace(entry, update=False)


def tagged(resource: Resource, tag: Resource, place: Place) -> Entry:
    """The entry of a resource that is created unless one with the tag exists; the resource gets the tag."""
    marked = {**resource, "meta": {"tag": [tag]}}
    return _entry(marked, "_tag", (tag["system"], tag["code"]), place, update=False)


def said(resource: Resource) -> Resource:
    """A resource without the elements that say nothing."""
    return {name: value for name, value in resource.items() if value not in ("", [], {}, None)}


def translation(entries: Sequence[Entry]) -> Translation:
    """The transaction of some entries; what is said twice under one condition is said once, as it was first."""
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.full_url, entry)
    body = {"resourceType": "Bundle", "type": "transaction", "entry": [_element(one) for one in first.values()]}
    return Translation(body, tuple(one.place for one in first.values()))


def _entry(resource: Resource, parameter: str, identity: tuple[str, str], place: Place, update: bool) -> Entry:
    criterion = _criterion(parameter, identity)
    return Entry(resource, identity, criterion, place, _full_url(resource["resourceType"], criterion), update)


def _element(entry: Entry) -> Resource:
    kind = entry.resource["resourceType"]
    if entry.update:
        request = {"method": "PUT", "url": f"{kind}?{entry.criterion}"}
    else:
        request = {"method": "POST", "url": kind, "ifNoneExist": entry.criterion}
    return {"fullUrl": entry.full_url, "resource": entry.resource, "request": request}


def _full_url(kind: str, criterion: str) -> str:
    return f"urn:uuid:{uuid5(FULL_URLS, f'{kind}?{criterion}')}"


def _criterion(parameter: str, identity: tuple[str, str]) -> str:
    """A search for a token: FHIR's own separators escaped, then percent-encoded."""
    return f"{parameter}={'|'.join(quote(_escaped(part), safe='') for part in identity)}"


def _escaped(text: str) -> str:
    for character in "\\,$|":
        text = text.replace(character, f"\\{character}")
    return text
