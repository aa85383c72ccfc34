"""From the parameters of a query to a Condition. What is not understood is refused by name, never ignored.

Source: http://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.fhir.definitions import Definitions, SearchParameter
from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.search import kinds
from server.search.condition import All, Any, Condition, Not, Prefix, Span, Substring, Term
from server.search.kinds.kind import Asked, Match
from server.search.values import split

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Criteria:
    """Compiles queries on one resource type; `now` is the moment that `ap` measures from."""

    definitions: Definitions
    type: str
    now: datetime

    def condition(self, pairs: Pairs) -> Condition:
        """All resources of the type for which every parameter holds; raises Invalid with every fault."""
        parts: list[Condition] = []
        faults: list[Issue] = []
        for name, text in pairs:
            try:
                parts.append(self._parameter(name, text))
            except Invalid as error:
                faults += error.issues
        if faults:
            raise Invalid("the query is not understood", issues=faults)
        if not any(_entails(part, self.type) for part in parts):
            parts.append(Term(f"_type={self.type}"))
        return All(tuple(parts))

    def _parameter(self, name: str, text: str) -> Condition:
        code, _, modifier = name.partition(":")
        parameter = self._defined(code)
        match = self._match(parameter, modifier)
        asked = [Asked(f"{self.type}.{code}", parameter, value, self.now) for value in split(text, ",") if value]
        if not asked:
            raise Invalid(f"the parameter {code} has no value", expression=code)
        conditions = tuple(match(one) for one in asked)
        return conditions[0] if len(conditions) == 1 else Any(conditions)

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
