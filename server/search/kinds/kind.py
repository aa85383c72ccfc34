"""What a search parameter type is: how a value is indexed and how a query's value matches, side by side.

Source: http://hl7.org/fhir/R4/search.html#ptypes
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from server.fhir.definitions import SearchParameter
from server.fhir.resource import Json
from server.search.condition import Condition
from server.search.entries import Collector

Index: TypeAlias = Callable[[str, Json, Collector], None]
"""Adds the entries of one value, never None, under the parameter's name (`Patient.birthdate`)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One value of a query: `name` is the parameter's (`Patient.birthdate`), `text` is still escaped.

    `targets` are the types that a reference may be to, `parts` what a composite is made of; `apart` says that these are
    searched by their own entries.
    """

    name: str
    parameter: SearchParameter
    text: str
    now: datetime
    targets: tuple[str, ...] = ()
    parts: tuple[tuple[SearchParameter, Kind], ...] = ()
    apart: bool = False


Match: TypeAlias = Callable[[Asked], Condition]
"""The condition that a value asks for; raises Invalid when it is none."""


def extended(index: Mapping[str, Index]) -> Mapping[str, Index]:
    """The index with extensions, which count as what they have for a value: some parameters of R4 give them whole."""
    by_member = {f"value{type[:1].upper()}{type[1:]}": add for type, add in index.items()}

    def extension(name: str, value: Json, into: Collector) -> None:
        for member, one in value.items():
            add = by_member.get(member)
            if add is not None:
                add(name, one, into)

    return {**index, "Extension": extension}


@dataclass(frozen=True, slots=True)
class Kind:
    """A search parameter type: `index` by the FHIR type of the value, `match` by modifier ('' for none).

    `negated` are the modifiers that ask for what another does not find, and which. `typed` matches where the
    modifier is the type that is referred to. `coded` is how a `code` is indexed whose system is known by the code.
    """

    index: Mapping[str, Index]
    match: Mapping[str, Match]
    negated: Mapping[str, str] = field(default_factory=dict)
    typed: Match | None = None
    coded: Callable[[Mapping[str, str]], Index] | None = None
