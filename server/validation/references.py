"""References: fragments resolve, and a literal reference leads to an allowed type.

Source: http://hl7.org/fhir/R4/references.html
"""

from __future__ import annotations

import re
from collections.abc import Collection

from server.fhir.resource import Json
from server.validation.finding import Check, Context, Findings, error

_tail = re.compile(r"(?:^|/)([A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.*)?$")
_criteria = re.compile(r"([A-Za-z]+)\?")


def resolved(value: Json, context: Context) -> Findings | None:
    """ref-1: a fragment names a contained resource; `#` alone is the container."""
    reference = value.get("reference")
    if not isinstance(reference, str) or reference[:1] != "#":
        return None
    if reference == "#" or reference[1:] in context.contained():
        return None
    return [error("invariant", "ref-1: no contained resource has the id this fragment names", "reference")]


def targeted(targets: Collection[str], known: Collection[str]) -> Check:
    """A reference to one of the target types, as far as its text tells; a type that is not known is not judged."""
    allowed = frozenset(targets)
    expected = " or ".join(sorted(allowed))

    def check(value: Json, context: Context) -> Findings | None:
        reference = value.get("reference")
        if not isinstance(reference, str) or reference.partition("/")[0] in allowed:
            return None
        found = target_type(reference, context)
        if found in allowed or found not in known:
            return None
        return [error("value", f"a reference to {expected} is expected, this leads to {found}", "reference")]

    return check


def target_type(reference: str, context: Context) -> str:
    """The type that a literal reference tells; empty when it tells none, as a URN does."""
    if reference.startswith("#"):
        return context.contained().get(reference[1:], "")
    if reference.startswith("urn:"):
        return ""
    found = _criteria.match(reference) or _tail.search(reference)
    return found.group(1) if found else ""
