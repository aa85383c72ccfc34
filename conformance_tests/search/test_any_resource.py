"""Whatever is valid is indexed, and has its facts: no resource that validation accepts is a fault of the server."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from conformance_tests.fhir import strategies
from operations.billing import facts
from profiles import load
from server.fhir import codec
from server.fhir.resource import Json, Resource
from server.search.entries import Entries
from server.search.indexer import Indexer
from server.validation.validator import compile_validator

DEFINITIONS = load.definitions()
VALIDATOR = compile_validator(DEFINITIONS)
INDEXER = Indexer(DEFINITIONS)

_MOMENTS = (
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:60-14:00",
    "2026-01-01T00:00:00.123456789012345678901Z",
    f"2026-01-01T00:00:00.{'1' * 5_000}Z",
)
_TEXTS = (
    " ",
    "\n",
    "#",
    "|",
    "a|b|c",
    "\\",
    "=",
    "/_history/",
    "/",
    "İ",
    "\u0301",
    "\ud7ff",
    "\U0010ffff",
    "ß" * 2_000,
)
EXTREMES: Mapping[str, tuple[Json, ...]] = {
    "date": ("0001", "9999", "9999-12", "9999-12-31", "0001-01-01", "2024-02-29"),
    "dateTime": ("0001", "9999-12", "9999-12-31", *_MOMENTS),
    "instant": _MOMENTS,
    "decimal": (10**4_000, *map(Decimal, ("1E+999999", "-1E-999999", "0E+999999", "-0.0", f"0.{'1' * 5_000}"))),
    "integer": (2**31 - 1, -(2**31)),
    "string": _TEXTS,
    "markdown": _TEXTS,
    "uri": ("#", "|", "/", "?", "\\", "urn:uuid:", "http://", "\u200b", "x" * 5_000),
    "canonical": ("#", "|", "|1", "#a|1", "x" * 5_000),
    "code": ("|", "a b", "İ", "\\", "x" * 5_000),
    "id": ("-", ".", "A" * 64),
    "time": ("23:59:60", f"00:00:00.{'9' * 5_000}"),
}
"""Values that are allowed and seldom met."""
_DRAWN = {
    name: one | st.sampled_from(EXTREMES[name]) if name in EXTREMES else one
    for name, one in strategies.PRIMITIVES.items()
}
_EXTENDED = {"extension": [{"url": "urn:x", "valueString": "y"}]}
_ORDER: Resource = {
    "resourceType": "ServiceRequest",
    "id": "a",
    "status": "active",
    "intent": "order",
    "subject": {"reference": "Patient/a"},
}
_NO_PRIMITIVES = ("resourceType", "id", "url", "div")


def hollowed(value: Json, chance: Random) -> Json:
    """The value, in which some primitives have an extension and no value, in arrays too, and some arrays begin so."""
    if not isinstance(value, dict):
        return [hollowed(one, chance) for one in value] if isinstance(value, list) else value
    found: Resource = {}
    for name, child in value.items():
        if name in _NO_PRIMITIVES or f"_{name}" in value or name.startswith("_") or chance.random() < 0.6:
            found[name] = hollowed(child, chance)
        elif not isinstance(child, dict | list):
            found[f"_{name}"] = _EXTENDED
        elif isinstance(child, list) and not isinstance(child[0], dict):
            found[name] = [None, *child] if chance.random() < 0.5 else [None]
            found[f"_{name}"] = [_EXTENDED, *(None for _ in found[name][1:])]
        else:
            found[name] = hollowed(child, chance)
    return found


def _taken(resource: Resource) -> Entries:
    """The entries of a resource that is valid, whose facts are derived too."""
    assume(not VALIDATOR.issues(resource))
    codec.stored(codec.encode(resource))
    facts.imported(resource)
    return INDEXER.entries(resource)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(strategies.resources(DEFINITIONS, contained=False, primitives=_DRAWN), st.randoms(use_true_random=False))
@example({**_ORDER, "occurrenceTiming": {"event": [None], "_event": [_EXTENDED]}}, Random(0))
@example({**_ORDER, "occurrenceDateTime": _MOMENTS[2]}, Random(0))
def test_any_valid_resource_is_indexed_and_has_its_facts(resource: Resource, chance: Random) -> None:
    entries = _taken(hollowed(resource, chance))
    assert f"_type={resource['resourceType']}" in entries.terms
