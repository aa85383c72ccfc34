"""Chains: conditions on what a resource refers to, and on what refers to it.

Sources: http://hl7.org/fhir/R4/search.html#chaining, http://hl7.org/fhir/R4/search.html#has
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.fhir.definitions import Definitions, SearchParameter
from server.fhir.errors import Invalid, TooCostly
from server.fhirpath.parser import parse
from server.search import implied, kinds, refusals
from server.search.condition import Any, Chain, Condition, Reverse

if TYPE_CHECKING:
    from server.search.compiler import Criteria

HAS = "_has"
DEPTH = 8
"""How many links a query may follow in a row; SQLite reads no statement of many more."""


def follows(given: str) -> bool:
    """Whether a parameter, as a query names it, follows a link."""
    return given.startswith(f"{HAS}:") or "." in given


def condition(criteria: Criteria, given: str, text: str) -> Condition:
    """What such a parameter asks for; raises Invalid, and TooCostly for a link too many."""
    if not criteria.linked:
        raise refusals.unsupported("a condition on a write follows no links", HAS)
    if criteria.depth >= DEPTH:
        raise TooCostly(f"a query follows at most {DEPTH} links in a row")
    return _reverse(criteria, given, text) if given.startswith(f"{HAS}:") else _chain(criteria, given, text)


def _chain(criteria: Criteria, given: str, text: str) -> Condition:
    """`parameter.parameter` or `parameter:Type.parameter`: what is referred to meets the rest."""
    head, _, rest = given.partition(".")
    code, _, type_ = head.partition(":")
    targets = criteria.targets(_reference(criteria, code))
    if type_ and type_ not in targets:
        raise refusals.unsupported(f"{code} does not refer to a resource of the type {refusals.shown(type_)}", code)
    known = [one for one in ((type_,) if type_ else targets) if _knows(criteria, one, rest)]
    if not known:
        raise refusals.unsupported(f"nothing that {code} refers to has this parameter", code)
    parts = tuple(_within(criteria, one).condition([(rest, text)]) for one in known)
    return Chain(f"{criteria.type}.{code}", parts[0] if len(parts) == 1 else Any(parts))


def _reverse(criteria: Criteria, given: str, text: str) -> Condition:
    """`_has:Type:reference:parameter`: what refers here meets the rest."""
    parts = given.split(":", 3)
    if len(parts) < 4 or not criteria.definitions.is_resource(parts[1]):
        raise Invalid("_has is written _has:Type:reference:parameter", expression=HAS)
    _, type_, code, rest = parts
    within = _within(criteria, type_)
    if criteria.type not in within.targets(_reference(within, code)):
        raise refusals.unsupported(f"this parameter of {type_} does not refer to a {criteria.type}", HAS)
    return Reverse(f"{type_}.{code}", within.condition([(rest, text)]))


def _within(criteria: Criteria, type_: str) -> Criteria:
    return replace(criteria, type=type_, depth=criteria.depth + 1)


def _knows(criteria: Criteria, type_: str, rest: str) -> bool:
    """Whether a type has the parameter that comes next."""
    first = rest.partition(".")[0].partition(":")[0]
    return first == HAS or first in criteria.definitions.parameters[type_]


def _reference(criteria: Criteria, code: str) -> SearchParameter:
    parameter = criteria.defined(code)
    if not followed(criteria.definitions, criteria.type, parameter):
        raise refusals.unsupported(f"the search parameter {parameter.code} is no reference", parameter.code)
    return parameter


def followed(definitions: Definitions, type: str, parameter: SearchParameter) -> bool:
    """Whether a parameter of a type has values that name a resource by type and id; canonicals do not."""
    kind = kinds.of(parameter)
    if kind is None or kind.typed is None:
        return False
    elements = implied.elements(definitions, type, parse(parameter.expression))
    types = {one.code for element in elements for one in element.types}
    return not types or not types <= {"canonical", "uri"}
