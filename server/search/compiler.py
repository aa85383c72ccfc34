"""From the parameters of a query to a Condition. What is not understood is refused by name, never ignored.

Source: http://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.fhir.definitions import Definitions, SearchParameter
from server.fhir.errors import Invalid, TooCostly
from server.fhir.outcome import Issue
from server.search import kinds
from server.search.condition import All, Any, Condition, Not, Prefix, Span, Substring, Term
from server.search.kinds.kind import Asked, Match
from server.search.values import split

Pairs = Sequence[tuple[str, str]]
VALUES, TERMS, RANGES = 5_000, 20_000, 200
"""How many values the parameters of a query may have together; how many terms, and how many ranges of dates and
beginnings of texts, these may come to. A date with `ge`, `le` or `ne` is two ranges, a reference without its type a
term for each type that it may be to.
"""


@dataclass(frozen=True, slots=True)
class Criteria:
    """Compiles queries on one resource type; `now` is the moment that `ap` measures from."""

    definitions: Definitions
    type: str
    now: datetime

    def condition(self, pairs: Pairs) -> Condition:
        """All resources of the type for which every parameter holds; raises Invalid with every fault, TooCostly for a
        query of too many values.
        """
        if sum(len(split(text, ",")) for _, text in pairs) > VALUES:
            raise TooCostly(f"a query has at most {VALUES:,} values")
        parts: list[Condition] = []
        faults: list[Issue] = []
        for name, text in pairs:
            try:
                parts.append(self._parameter(name, text))
            except Invalid as error:
                faults += error.issues
        if faults:
            raise Invalid("the query is not understood", issues=faults)
        _refuse_large(All(tuple(parts)))
        if not any(_entails(part, self.type) for part in parts):
            parts.append(Term(f"_type={self.type}"))
        return All(tuple(parts))

    def _parameter(self, given: str, text: str) -> Condition:
        code, _, modifier = given.partition(":")
        parameter = self._defined(code)
        match = self._match(parameter, modifier)
        name, targets = f"{self.type}.{code}", self._targets(parameter)
        asked = [Asked(name, parameter, value, self.now, targets) for value in split(text, ",") if value]
        if not asked:
            raise Invalid(f"the parameter {code} has no value", expression=code)
        conditions = tuple(match(one) for one in asked)
        return conditions[0] if len(conditions) == 1 else Any(conditions)

    def _targets(self, parameter: SearchParameter) -> tuple[str, ...]:
        """The types that a reference may be to; all where the parameter names none, or `Resource`."""
        named = parameter.targets
        return named if named and "Resource" not in named else self.definitions.resource_types

    def _defined(self, code: str) -> SearchParameter:
        parameter = self.definitions.parameters[self.type].get(code)
        if parameter is None:
            raise _unsupported(f"{self.type} has no search parameter {_shown(code)}", code)
        return parameter

    def _match(self, parameter: SearchParameter, modifier: str) -> Match:
        kind = kinds.of(parameter)
        if kind is None:
            raise _unsupported(f"the search parameter {parameter.code} is not supported", parameter.code)
        match = kind.match.get(modifier)
        if match is None:
            raise _unsupported(
                f"the search parameter {parameter.code} takes no modifier {_shown(modifier)}", parameter.code
            )
        return match


def _refuse_large(condition: Condition) -> None:
    leaves = list(_leaves(condition))
    terms = sum(isinstance(one, Term) for one in leaves)
    if len(leaves) - terms > RANGES:
        raise TooCostly(f"a query has at most {RANGES} dates and texts; a date with ge, le or ne counts twice")
    if terms > TERMS:
        raise TooCostly(f"a query has at most {TERMS:,} codes and references, of each type that they may be of")


def _leaves(condition: Condition) -> Iterator[Condition]:
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield condition


def _entails(condition: Condition, type_: str) -> bool:
    """Whether only resources of the type can meet it, whose entries alone begin with its name."""
    match condition:
        case Term(key):
            return key.startswith(f"{type_}.")
        case All(parts):
            return any(_entails(part, type_) for part in parts)
        case Any(parts):
            return all(_entails(part, type_) for part in parts)
        case Not():
            return False
        case Span(name) | Prefix(name) | Substring(name):
            return name.startswith(f"{type_}.")


def _unsupported(text: str, code: str) -> Invalid:
    return Invalid(text, issues=[Issue("error", "not-supported", text, _shown(code))])


def _shown(name: str) -> str:
    """A name as an answer may repeat it."""
    return name[:64] if name.replace("-", "").replace("_", "").replace(".", "").isalnum() else "of that name"
