"""How large what a patch makes may be: a copy of copies grows beyond all bounds.

Source: http://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

from server.fhir.codec import DEPTH_LIMIT
from server.fhir.errors import Unprocessable
from server.fhir.resource import Json

VALUES = 1_000_000
"""How many values a result may have."""
CHARACTERS = 50 * 2**20
"""How many characters the strings of a result may have."""


def checked(result: Json) -> Json:
    """The result; raises Unprocessable where it is too large or nests too deeply, without looking at all of it."""
    values, characters, level = 1, 0, [result]
    for _ in range(DEPTH_LIMIT + 1):
        inner: list[Json] = []
        for one in level:
            below = _below(one)
            values += len(below)
            characters += len(one) if isinstance(one, str) else 0
            if values > VALUES or characters > CHARACTERS:
                raise Unprocessable("the patch makes the resource too large")
            inner += below
        if not inner:
            return result
        level = inner
    raise Unprocessable(f"the patch makes the resource nest deeper than {DEPTH_LIMIT} levels")


def _below(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
