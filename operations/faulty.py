"""What is left of a submission whose structure has faults, so that the claim in it is scrubbed all the same.

Of what comes along and has faults nothing is read: a Reference to it is as one that has a fault itself.
Source: http://hl7.org/fhir/R4/validation.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from operations.billing import case, coverage, readable
from operations.submission import Submission
from server.fhir import resource
from server.fhir.outcome import Issue
from server.fhir.resource import Json, Resource

_along = re.compile(r"Bundle\.entry\[(\d+)\]\.resource\.")
_request = re.compile(r"Bundle\.entry\[\d+\]\.request(?=\.)")
_name = re.compile(r"Bundle\.entry(\[\d+\](\.fullUrl|\.resource(\.id|\.resourceType)?)?)?")
"""What a resource is called by in a Bundle, or what holds that."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """What can be read of a Claim, or of a Bundle with one, and the faults of the Claim by FHIRPaths of its own.

    `along` has a fault of each resource that comes along and has any, by its relative reference; type and id alone are
    left of it.
    """

    resource: Resource
    faults: Sequence[Issue]
    along: Mapping[str, Issue]

    def sound(self, given: Submission) -> Submission:
        """The submission without what comes along and has faults, or leads to what has."""
        unread = self._unread(given)
        return replace(given, companions={key: one for key, one in given.companions.items() if key not in unread})

    def issues(self, given: Submission) -> Sequence[Issue]:
        """The faults of the claim, and those of what it refers to, at the FHIRPath where it does."""
        unread = self._unread(given)
        named = ((path, coverage.reference(one)) for path, one in case.references(given.resource))
        return [*self.faults, *(replace(unread[one], expression=path) for path, one in named if one in unread)]

    def _unread(self, given: Submission) -> Mapping[str, Issue]:
        led = {
            key: self.along[coverage.reference(one)]
            for key, companion in given.companions.items()
            for _, one in case.of_referred(companion)
            if coverage.reference(one) in self.along
        }
        return {**led, **self.along}


def read(given: Resource, faults: Sequence[Issue]) -> Faulty | None:
    """What is left of a resource that is not valid; None where it has not one Claim, or where it cannot be told by what
    name something comes along.
    """
    root = _root(given)
    inside = [one for one in faults if one.expression.startswith(f"{root}.")]
    others = [one for one in faults if one not in inside]
    if not root or any(_name.fullmatch(one.expression) for one in others):
        return None
    along = {int(found.group(1)): one for one in others if (found := _along.match(one.expression))}
    left = readable.plain(readable.of(_stubbed(given, along), [_whole(one.expression) for one in faults]))
    moved = [replace(one, expression=f"Claim{one.expression.removeprefix(root)}") for one in inside]
    return Faulty(left, moved, {resource.key(left["entry"][place]["resource"]): one for place, one in along.items()})


def _stubbed(given: Resource, along: Mapping[int, Issue]) -> Resource:
    """The same with nothing but type and id of the resources at some places."""
    if not along:
        return given
    entries = enumerate(given["entry"])
    return {**given, "entry": [_stub(one, place) if place in along else one for place, one in entries]}


def _stub(entry: Json, place: int) -> Json:
    held = entry["resource"]
    return {**entry, "resource": {"resourceType": held["resourceType"], "id": held.get("id", f"entry-{place}")}}


def _whole(expression: str) -> str:
    """The FHIRPath of what is left out: with a fault in it, all that an entry asks for."""
    found = _request.match(expression)
    return found.group() if found else expression


def _root(given: Resource) -> str:
    """The FHIRPath of the only Claim; empty when there is not one."""
    if given["resourceType"] != "Bundle":
        return str(given["resourceType"])
    entries = given.get("entry")
    places = [place for place, one in enumerate(entries if isinstance(entries, list) else ()) if _holds_claim(one)]
    return f"Bundle.entry[{places[0]}].resource" if len(places) == 1 else ""


def _holds_claim(entry: Json) -> bool:
    held = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(held, dict) and held.get("resourceType") == "Claim"
