"""Logical ids: unlike other tokens they match only in their own letter case.

Source: http://hl7.org/fhir/R4/search.html#id
"""

from __future__ import annotations

import re

from server.fhir.errors import Invalid
from server.search.condition import Condition, Itself
from server.search.kinds.kind import Asked, Kind

URL = "http://hl7.org/fhir/SearchParameter/Resource-id"
_id = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def matches(asked: Asked) -> Condition:
    """One id."""
    if _id.fullmatch(asked.text) is None:
        raise Invalid("an id has 1 to 64 letters, digits, hyphens and dots", expression=asked.parameter.code)
    return Itself(f"{asked.name.partition('.')[0]}/{asked.text}")


ID = Kind(index={}, match={"": matches}, negated={"not": ""})
"""The kind of `_id`, which needs no entries: a store knows what a resource is called."""
