"""JSON Pointers: where in a document something stands.

Source: https://www.rfc-editor.org/rfc/rfc6901
"""

from __future__ import annotations

import re
from typing import TypeAlias

from server.fhir.codec import DEPTH_LIMIT
from server.fhir.resource import Json
from server.patching.operations import Inapplicable, Unreadable

Pointer: TypeAlias = tuple[str, ...]
"""The names and array places that lead to a value; of none, the document itself."""

_stray = re.compile("~(?![01])")
_place = re.compile("0|[1-9][0-9]{0,8}")
END = "-"
"""What stands for the place behind the last of an array."""


def read(text: str) -> Pointer:
    """The pointer of a text; raises Unreadable."""
    if text and not text.startswith("/"):
        raise Unreadable("a JSON Pointer is empty or begins with a slash")
    if _stray.search(text):
        raise Unreadable("in a JSON Pointer ~ is followed by 0 or 1")
    steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])
    if len(steps) > DEPTH_LIMIT:
        raise Unreadable(f"a JSON Pointer has at most {DEPTH_LIMIT} steps")
    return steps


def value(document: Json, pointer: Pointer) -> Json:
    """The value at the pointer; raises Inapplicable where there is none."""
    for step in pointer:
        document = document[key(document, step)]
    return document


def key(container: Json, step: str) -> str | int:
    """By what a step leads to a value that is there; raises Inapplicable where it leads nowhere."""
    if isinstance(container, list):
        return place(step, len(container) - 1)
    if not isinstance(container, dict) or step not in container:
        raise Inapplicable("a path leads to nothing that is there")
    return step


def place(step: str, most: int) -> int:
    """The place in an array that a step names; raises Inapplicable beyond `most`."""
    if _place.fullmatch(step) is None or int(step) > most:
        raise Inapplicable("a path leads to no place of the array")
    return int(step)
