"""What the formats have in common: a patch is some operations in order, all of which apply or none.

Source: http://hl7.org/fhir/R4/http.html#patch
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from server.fhir.errors import Invalid, Unprocessable
from server.fhirpath.errors import FhirPathError

T = TypeVar("T")
Item = TypeVar("Item")

LIMIT = 1_000
"""How many operations a patch may have."""
WORK = 1_000_000
"""How many units of work the operations of a patch may take together: of the dearest ones, a second or two."""


class Unreadable(ValueError):
    """An operation is not as its format defines it; the text says why."""


class Inapplicable(ValueError):
    """An operation cannot be applied to this document; the text says why, without anything of the document."""


class Work:
    """What a patch may still take of the machine: each element that is looked at or copied is a unit of it."""

    def __init__(self, left: int = WORK) -> None:
        self.left = left

    def spend(self, units: int) -> None:
        """Count units; raises Inapplicable when there are too many."""
        self.left -= units
        if self.left < 0:
            raise Inapplicable("the patch takes too much work on a resource as large as this")


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """One operation: `apply` gives the document as it makes it and leaves the given one alone; raises Inapplicable."""

    name: str
    apply: Callable[[T, Work], T]


def read(items: Sequence[Item], reader: Callable[[Item], Operation[T]], at: str = "") -> tuple[Operation[T], ...]:
    """The operations of a patch; raises Invalid, which says which operation cannot be read and why.

    `at` is the FHIRPath of the operations in the body, where the body is a resource.
    """
    if len(items) > LIMIT:
        raise Invalid(f"a patch has at most {LIMIT:,} operations")
    return tuple(_read(number, item, reader, at) for number, item in enumerate(items, 1))


def applied(operations: Sequence[Operation[T]], document: T, at: str = "") -> T:
    """The document after all operations; raises Unprocessable, which says which operation fails and why."""
    work = Work()
    for number, one in enumerate(operations, 1):
        try:
            document = one.apply(document, work)
        except (Inapplicable, FhirPathError) as error:
            raise Unprocessable(f"operation {number} ({one.name}): {error}", expression=_place(at, number)) from error
    return document


def _read(number: int, item: Item, reader: Callable[[Item], Operation[T]], at: str) -> Operation[T]:
    try:
        return reader(item)
    except (Unreadable, FhirPathError) as error:
        raise Invalid(f"operation {number} of the patch: {error}", expression=_place(at, number)) from error


def _place(at: str, number: int) -> str:
    return f"{at}[{number - 1}]" if at else ""
