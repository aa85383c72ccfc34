"""What a query includes beside its matches: `_include` what they refer to, `_revinclude` what refers to them.

Source: http://hl7.org/fhir/R4/search.html#include
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from server.fhir.definitions import Definitions
from server.fhir.errors import Invalid
from server.search import chains, refusals
from server.search.condition import All, Any, Condition, Itself, Reverse, Term

FORWARD, BACK = "_include", "_revinclude"
NAMES = (FORWARD, f"{FORWARD}:iterate", BACK, f"{BACK}:iterate")
"""How the parameters are written; with `iterate` they hold for what is included as well."""


@dataclass(frozen=True, slots=True)
class Include:
    """One such parameter, which follows references forward or back.

    `source` is the type whose search parameter `code` is followed, `target` the type that it is followed to; each is
    empty for all.
    """

    definitions: Definitions
    back: bool
    iterate: bool
    source: str
    code: str
    target: str

    def condition(self, references: Sequence[str]) -> Condition | None:
        """What is included beside the resources of these references; None when they lead nowhere."""
        start = self.target if self.back else self.source
        ends = [one for one in references if start in ("", one.partition("/")[0])]
        types = sorted({one.partition("/")[0] for one in ends})
        if self.back:
            return Any(tuple(Term(f"{name}={one}") for one in ends for name in self._back(one.partition("/")[0])))
        named = Any(tuple(map(Itself, ends)))
        reached = Any(tuple(Reverse(name, named) for type_ in types for name in self._forward(type_)))
        return All((reached, Term(f"_type={self.target}"))) if self.target else reached

    def _forward(self, type_: str) -> Iterator[str]:
        """The parameters that are followed from resources of a type."""
        for code in [self.code] if self.code else followed(self.definitions, type_):
            yield f"{type_}.{code}"

    def _back(self, type_: str) -> Iterator[str]:
        """The parameters that are followed to resources of a type."""
        if self.source and self.code:
            yield f"{self.source}.{self.code}"
            return
        for one in leading(self.definitions, type_):
            source, _, code = one.partition(":")
            if self.source in ("", source):
                yield f"{source}.{code}"


def read(definitions: Definitions, type: str, pairs: Iterable[tuple[str, str]]) -> tuple[Include, ...]:
    """What a search of a type includes; raises Invalid for what it cannot."""
    return tuple(_read(definitions, type, name, text) for name, text in pairs if name in NAMES)


@lru_cache(1024)
def followed(definitions: Definitions, type: str) -> tuple[str, ...]:
    """The codes of the parameters of a type whose references can be followed."""
    known = definitions.parameters[type].items()
    return tuple(code for code, parameter in known if chains.followed(definitions, type, parameter))


@lru_cache(1024)
def leading(definitions: Definitions, type: str) -> tuple[str, ...]:
    """The parameters of all types that lead to a type, as `Observation:subject`."""
    known = ((source, code) for source in definitions.resource_types for code in followed(definitions, source))
    return tuple(f"{source}:{code}" for source, code in known if _leads(definitions, source, code, type))


def _read(definitions: Definitions, type: str, name: str, text: str) -> Include:
    back, iterate = name.startswith(BACK), name.endswith(":iterate")
    searched = "" if iterate else type
    if text == "*":
        return Include(definitions, back, iterate, "" if back else searched, "", searched if back else "")
    source, code, target = (*text.split(":", 2), "", "")[:3]
    if not definitions.is_resource(source) or not code or (target and not definitions.is_resource(target)):
        raise Invalid(f"{name} is written Type:parameter or Type:parameter:Type", expression=name)
    start = target if back else source
    if searched and start not in ("", searched):
        raise Invalid(f"{name} begins at what is searched for, which is {type}", expression=name)
    own = "" if code == "*" else _code(definitions, source, code)
    return Include(definitions, back, iterate, source, own, target or (searched if back else ""))


def _code(definitions: Definitions, source: str, code: str) -> str:
    if code not in followed(definitions, source):
        raise refusals.unsupported(f"{source} has no such reference that could be followed", code)
    return code


def _leads(definitions: Definitions, source: str, code: str, type_: str) -> bool:
    targets = definitions.parameters[source][code].targets
    return not targets or type_ in targets or "Resource" in targets
