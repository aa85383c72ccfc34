"""From the parameters of a query to a Condition. What is not understood is refused by name, never ignored.

Source: http://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server.fhir.definitions import Definitions, SearchParameter
from server.fhir.errors import Invalid, TooCostly
from server.fhir.outcome import Issue
from server.search import chains, kinds, refusals, unions, wholes
from server.search.condition import (
    All,
    Any,
    Chain,
    Condition,
    Itself,
    Not,
    Prefix,
    Reverse,
    Span,
    Substring,
    Term,
    Valued,
)
from server.search.kinds.kind import Asked, Kind, Match
from server.search.values import split

Pairs = Sequence[tuple[str, str]]
VALUES, TERMS, RANGES = 5_000, 20_000, 200
"""How many values the parameters of a query may have together; how many terms, and how many ranges of dates and
beginnings of texts, these may come to. A date with `ge`, `le` or `ne` is two ranges, a reference without its type a
term for each type that it may be to.
"""


@dataclass(frozen=True, slots=True)
class Criteria:
    """Compiles queries on one resource type; `now` is the moment that `ap` measures from.

    `linked` says whether a query may follow references, `depth` how many it has followed.
    """

    definitions: Definitions
    type: str
    now: datetime
    linked: bool = True
    depth: int = 0

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
        if chains.follows(given):
            return chains.condition(self, given, text)
        code, _, modifier = given.partition(":")
        parameter = self.defined(code)
        parameters = unions.covered(self.definitions, self.type).get(code, (parameter,))
        values = [value for value in split(text, ",") if value]
        if not values:
            raise Invalid(f"the parameter {code} has no value", expression=code)
        kind = refusals.kind(parameter)
        if modifier == "missing" and kind.index:
            return _missing([f"{self.type}.{one.code}" for one in parameters], code, values)
        if modifier in kind.negated:
            return Not(self._any(parameters, kind, kind.negated[modifier], values))
        return self._any(parameters, kind, modifier, values)

    def _any(
        self, parameters: Sequence[SearchParameter], kind: Kind, modifier: str, values: Sequence[str]
    ) -> Condition:
        """That one of the values matches one of the parameters, which are of one kind."""
        conditions: list[Condition] = []
        for parameter in parameters:
            targets = self.targets(parameter)
            if kind.typed is not None and modifier in targets:
                match, targets = kind.typed, (modifier,)
            else:
                match = _match(parameter, kind, modifier)
            asked = self._asked(parameter, targets)
            conditions += [match(replace(asked, text=value)) for value in values]
        return conditions[0] if len(conditions) == 1 else Any(tuple(conditions))

    def _asked(self, parameter: SearchParameter, targets: tuple[str, ...]) -> Asked:
        """What is asked of a parameter, without the text of a value."""
        name = f"{self.type}.{parameter.code}"
        if not parameter.components:
            return Asked(name, parameter, "", self.now, targets)
        apart = parameter.code in wholes.codes(self.definitions, self.type)
        return Asked(name, parameter, "", self.now, targets, kinds.parts(self.definitions, self.type, parameter), apart)

    def targets(self, parameter: SearchParameter) -> tuple[str, ...]:
        """The types that a reference may be to; all where the parameter names none, or `Resource`."""
        named = parameter.targets
        return named if named and "Resource" not in named else self.definitions.resource_types

    def defined(self, code: str) -> SearchParameter:
        """The parameter of a code; raises Invalid."""
        parameter = self.definitions.parameters[self.type].get(code)
        if parameter is None:
            raise refusals.unsupported(f"{self.type} has no search parameter {refusals.shown(code)}", code)
        return parameter


def _match(parameter: SearchParameter, kind: Kind, modifier: str) -> Match:
    match = kind.match.get(modifier)
    if match is None:
        code = parameter.code
        raise refusals.unsupported(f"the search parameter {code} takes no modifier {refusals.shown(modifier)}", code)
    return match


def _missing(names: Sequence[str], code: str, values: Sequence[str]) -> Condition:
    """Whether none of the parameters has a value. Source: http://hl7.org/fhir/R4/search.html#modifiers"""
    if len(values) > 1 or values[0] not in ("true", "false"):
        raise Invalid("the modifier missing takes true or false", expression=code)
    present = Valued(names[0]) if len(names) == 1 else Any(tuple(map(Valued, names)))
    return Not(present) if values[0] == "true" else present


def _refuse_large(condition: Condition) -> None:
    leaves = list(_leaves(condition))
    terms = sum(isinstance(one, Term | Itself | Valued) for one in leaves)
    if len(leaves) - terms > RANGES:
        raise TooCostly(f"a query has at most {RANGES} dates and texts; a date with ge, le or ne counts twice")
    if terms > TERMS:
        raise TooCostly(f"a query has at most {TERMS:,} codes and references, of each type that they may be of")


def _leaves(condition: Condition) -> Iterator[Condition]:
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part) | Chain(_, part) | Reverse(_, part):
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
        case Itself(reference):
            return reference.startswith(f"{type_}/")
        case Valued() | Chain() | Reverse():
            return False
        case Span(name) | Prefix(name) | Substring(name):
            return name.startswith(f"{type_}.")
