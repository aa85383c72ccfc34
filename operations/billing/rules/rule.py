"""What a scrub rule is: an id, an issue code, and a check that says where a case breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from operations.billing.case import Case
from operations.billing.readable import Unreadable

Finding: TypeAlias = tuple[str, str]
"""The FHIRPath of the element, and what is wrong with it in words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the scrubber. `code` is an IssueType; a check speaks only of what is there, or is itself missing.

    `each` is the group whose elements it judges each for itself, `item` or `item.encounter`: one that cannot be read
    hides no other. Empty for a check that looks at the claim as a whole.
    """

    id: str
    code: str
    check: Callable[[Case], Iterable[Finding]]
    each: str = ""


def told(parts: Iterable[Iterable[Finding]]) -> Iterator[Finding]:
    """What each part of a check finds; one that asks for what is faulty hides no other."""
    for part in parts:
        with suppress(Unreadable):
            yield from part
