"""The invariants that are written by hand, each under its key.

Source: http://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.fhir.resource import Json
from server.validation import bundles, containment, periods, references
from server.validation.finding import Check, Context, Findings, error


def extended(value: Json, context: Context) -> Findings | None:
    """ext-1: an extension has a value or extensions, not both and not neither."""
    valued = any(name.startswith(("value", "_value")) for name in value)
    if valued != ("extension" in value):
        return None
    return [error("invariant", "ext-1: an extension has either a value or extensions")]


RULES: Mapping[str, Check] = {
    "bdl-1": bundles.totalled,
    "bdl-2": bundles.searched,
    "bdl-3": bundles.requested,
    "bdl-4": bundles.answered,
    "bdl-5": bundles.filled,
    "bdl-7": bundles.unique,
    "bdl-8": bundles.versionless,
    "bdl-9": bundles.identified,
    "bdl-10": bundles.dated,
    "bdl-11": bundles.composed,
    "bdl-12": bundles.headed,
    "dom-2": containment.not_nested,
    "dom-3": containment.referenced,
    "dom-4": containment.not_versioned,
    "dom-5": containment.not_secured,
    "ext-1": extended,
    "per-1": periods.ordered,
    "ref-1": references.resolved,
}
"""Checks of an object, whatever its members hold."""


def rules(keys: Iterable[str]) -> tuple[Check, ...]:
    """The checks for those of the keys that are written."""
    return tuple(RULES[key] for key in keys if key in RULES)
