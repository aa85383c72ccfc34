"""Index entries: what a store keeps of a resource so that a Condition can find it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeAlias

Number: TypeAlias = int | Decimal
"""A date is whole ticks (`server.fhir.temporal`); any other number is exact."""


@dataclass(frozen=True, slots=True)
class Entries:
    """All entries of one resource, sorted and without repetition.

    `terms` are whole keys such as `Observation.code=http://loinc.org|8302-2`; `_type=Observation` and
    `_compartment=Patient/1` are terms too. `spans` are (parameter, low, high), half open, such as
    (`Observation.date`, low, high), or with both ends where they are numbers. `texts` are (parameter, text), such as
    (`Patient.name`, `berger`). `valued` are the parameters that have a value, `links` are (parameter,
    reference) of the references to resources of this server; they are terms as well.
    """

    terms: tuple[str, ...] = ()
    spans: tuple[tuple[str, Number, Number], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    valued: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


NOTHING = Entries()


def owned(entries: Entries, owner: str) -> Entries:
    """The entries with the term of the operation that owns the resource, such as `_owner=Claim/$submit`."""
    return replace(entries, terms=tuple(sorted({*entries.terms, f"_owner={owner}"}))) if owner else entries


@dataclass(slots=True)
class Collector:
    """Gathers the entries of one resource while it is indexed."""

    terms: set[str] = field(default_factory=set)
    spans: set[tuple[str, Number, Number]] = field(default_factory=set)
    texts: set[tuple[str, str]] = field(default_factory=set)
    valued: list[str] = field(default_factory=list)
    links: set[tuple[str, str]] = field(default_factory=set)

    def entries(self) -> Entries:
        """What was gathered, in order."""
        terms, spans, texts = tuple(sorted(self.terms)), tuple(sorted(self.spans)), tuple(sorted(self.texts))
        return Entries(terms, spans, texts, tuple(self.valued), tuple(sorted(self.links)))
