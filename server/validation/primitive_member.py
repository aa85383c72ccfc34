"""Members of a primitive type: `birthDate`, and `_birthDate` with its id and extensions.

Source: http://hl7.org/fhir/R4/json.html#primitive
"""

from __future__ import annotations

from dataclasses import dataclass

from server.fhir import primitives
from server.fhir.primitives import Accepts, Grammar
from server.fhir.resource import Json
from server.validation import bindings
from server.validation.finding import LIMIT, Check, Context, Findings, error, under


@dataclass(frozen=True, slots=True)
class Primitive:
    """A primitive member. `accepts` judges all of its JSON value; `codes` are those of a required binding to `url`."""

    grammar: Grammar
    many: bool
    accepts: Accepts
    codes: frozenset[str] | None = None
    url: str = ""


def primitive(grammar: Grammar, many: bool, codes: frozenset[str] | None = None, url: str = "") -> Primitive:
    """A member of that grammar, an array when `many`, bound when there are codes."""
    one = grammar.accepts if codes is None else _member_of(codes)
    return Primitive(grammar, many, _all(one) if many else one, codes, url)


def faults(member: Primitive, value: Json) -> Findings:
    """What is wrong with a value that stands alone; empty when nothing is."""
    if not member.many:
        return _fault(member, value)
    wrong = _no_array(value)
    if wrong:
        return wrong
    found: Findings = []
    for index, item in enumerate(value):
        found += under(f"[{index}]", _fault(member, item))
        if len(found) > LIMIT:
            break
    return found


def paired(member: Primitive, holder: Json, name: str, element: Check, context: Context) -> Findings:
    """What is wrong with the member `name` of an object and its sibling `_name`, which is there."""
    sibling, present = holder["_" + name], name in holder
    if not member.many:
        value_faults = _fault(member, holder[name]) if present else []
        return value_faults + _element_faults(sibling, present, element, context)
    wrong = (_no_array(holder[name]) if present else []) or _no_array(sibling)
    if wrong:
        return wrong
    values = holder[name] if present else [None] * len(sibling)
    if len(values) != len(sibling):
        return [error("structure", "the array and its sibling with an underscore have the same number of items")]
    found: Findings = []
    for index, (value, item) in enumerate(zip(values, sibling, strict=True)):
        found += under(f"[{index}]", _pair_faults(member, value, item, element, context))
        if len(found) > LIMIT:
            break
    return found


def _pair_faults(member: Primitive, value: Json, sibling: Json, element: Check, context: Context) -> Findings:
    if sibling is None:
        return _fault(member, value)
    value_faults = [] if value is None else _fault(member, value)
    return value_faults + _element_faults(sibling, value is not None, element, context)


def _element_faults(sibling: Json, valued: bool, element: Check, context: Context) -> Findings:
    found = element(sibling, context)
    if found is not None:
        return found
    if not valued and "extension" not in sibling:
        return [error("invariant", "ele-1: an element has a value or children, not an id alone")]
    return []


def _fault(member: Primitive, value: Json) -> Findings:
    """What is wrong with one value: its JSON type, then its grammar, then its binding."""
    grammar, found = member.grammar, primitives.json_type(value)
    if found != grammar.json:
        return [error("structure", f"the type {grammar.name} is written as {grammar.json}, {found} was found")]
    if not grammar.accepts(value):
        return [error("value", f"a value of type {grammar.name} {grammar.rule}")]
    if member.codes is not None and value not in member.codes:
        return bindings.code_fault(member.url, value)
    return []


def _no_array(value: Json) -> Findings:
    if type(value) is not list:
        return [error("structure", f"an array is expected, {primitives.json_type(value)} was found")]
    return [] if value else [error("structure", "an array has at least one item")]


def _member_of(codes: frozenset[str]) -> Accepts:
    return lambda value: type(value) is str and value in codes


def _all(accepts: Accepts) -> Accepts:
    def check(value: Json) -> bool:
        if type(value) is not list or not value:
            return False
        for item in value:  # noqa: SIM110 - a loop costs a third of all() over a generator
            if not accepts(item):
                return False
        return True

    return check
