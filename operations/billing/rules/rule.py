"""What a scrub rule is: an id, an issue code, and a check that says where a case breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from operations.billing.case import Case

Finding: TypeAlias = tuple[str, str]
"""The FHIRPath of the element, and what is wrong with it in words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the scrubber. `code` is an IssueType; a check speaks only of what is there, or is itself missing.

    `by_line` says that it judges each line for itself.
    """

    id: str
    code: str
    check: Callable[[Case], Iterable[Finding]]
    severity: str = "error"
    by_line: bool = False
