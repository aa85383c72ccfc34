"""dom-2 to dom-5: what a contained resource may be.

Source: http://hl7.org/fhir/R4/references.html#contained
"""

from __future__ import annotations

from collections.abc import Callable

from server.fhir.resource import Json, Resource
from server.validation.finding import Check, Context, Findings, error


def _each(fault: Callable[[Resource], str]) -> Check:
    def check(value: Json, context: Context) -> Findings | None:
        if "contained" not in value:
            return None
        faults = (fault(one) if isinstance(one, dict) else "" for one in _array(value["contained"]))
        return [error("invariant", text, f"contained[{n}]") for n, text in enumerate(faults) if text] or None

    return check


def _array(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _meta(resource: Resource) -> Resource:
    meta = resource.get("meta")
    return meta if isinstance(meta, dict) else {}


def _nested(one: Resource) -> str:
    return "dom-2: a contained resource contains no other" if "contained" in one else ""


def _versioned(one: Resource) -> str:
    meta = _meta(one)
    found = "versionId" in meta or "lastUpdated" in meta
    return "dom-4: a contained resource has neither meta.versionId nor meta.lastUpdated" if found else ""


def _secured(one: Resource) -> str:
    return "dom-5: a contained resource has no security label" if "security" in _meta(one) else ""


not_nested = _each(_nested)
not_versioned = _each(_versioned)
not_secured = _each(_secured)


def referenced(value: Json, context: Context) -> Findings | None:
    """dom-3: each contained resource is referred to, or refers to its container."""
    if "contained" not in value:
        return None
    fragments = _fragments(value)
    return [
        error("invariant", "dom-3: nothing in the resource refers to this contained resource", f"contained[{n}]")
        for n, one in enumerate(_array(value["contained"]))
        if isinstance(one, dict) and f"#{one.get('id')}" not in fragments and "#" not in _fragments(one)
    ] or None


def _fragments(value: Json) -> set[str]:
    """The texts that are fragments. A `reference`, uri or canonical may be one; other texts only widen the set."""
    found: set[str] = set()
    waiting: list[Json] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and one.startswith("#"):
            found.add(one)
    return found


def unidentified(value: Json) -> Findings | None:
    """A contained resource has an id, for nothing could refer to it otherwise."""
    missing = isinstance(value, dict) and "id" not in value
    return [error("required", "a contained resource has an id", "id")] if missing else None
