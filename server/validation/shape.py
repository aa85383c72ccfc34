"""Objects: which members they have, and the closure that checks one.

Source: http://hl7.org/fhir/R4/json.html#object
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.fhir import primitives
from server.fhir.outcome import Issue
from server.fhir.primitives import Accepts
from server.fhir.resource import Json
from server.validation import primitive_member
from server.validation.finding import LIMIT, Check, Context, Findings, error, under
from server.validation.primitive_member import Primitive

_name = re.compile("[A-Za-z_][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Choice:
    """A `value[x]`: its name, whether one must be there, and the JSON names it may take."""

    name: str
    required: bool
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What an object holds, by JSON name. Types refer to one another, so a shape is filled after its check exists.

    `leaves` are the quick judgements of the `primitives`, of which the `bare` ones have no extensions; `nodes` check
    the other members, `labels` are the FHIRPath steps, `chosen` are the forms of the `choices` and whose they are,
    `demanded` the required ones. `element` says that ele-1 applies: it is neither a resource nor beside a primitive
    value, which makes up for a lone id.
    """

    element: bool
    leaves: dict[str, Accepts] = field(default_factory=dict)
    primitives: dict[str, Primitive] = field(default_factory=dict)
    bare: set[str] = field(default_factory=set)
    nodes: dict[str, Check] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    demanded: list[str] = field(default_factory=list)
    rules: list[Check] = field(default_factory=list)
    siblings: list[Check] = field(default_factory=list)


def check_object(shape: Shape) -> Check:
    """The check of an object of this shape. A valid one costs a look-up a member; only a fault leads to `_explain`."""
    leaves, nodes, required, rules, chosen = shape.leaves, shape.nodes, shape.required, shape.rules, shape.chosen

    def check(value: Json, context: Context) -> Findings | None:
        if type(value) is not dict:
            return [error("structure", f"an object is expected, {primitives.json_type(value)} was found")]
        odd: list[tuple[str, Findings | None]] | None = None
        for name, child in value.items():
            accepts = leaves.get(name)
            if accepts is not None:
                if accepts(child):
                    continue
                found = None
            else:
                node = nodes.get(name)
                found = None if node is None else node(child, context)
                if found is None and node is not None:
                    continue
            if odd is None:
                odd = []
            if len(odd) <= LIMIT:
                odd.append((name, found))
        found = None
        if odd is not None or (len(value) < 2 and _bare(value)) or (chosen and not _settled(shape, value)):
            found = _explain(shape, value, context, odd or []) or None
        else:
            for name in required:
                if name not in value:
                    found = _explain(shape, value, context, [])
                    break
        for rule in rules:
            more = rule(value, context)
            if more is not None:
                found = more if found is None else found + more
        return found

    return check


def _bare(value: Json) -> bool:
    """Whether an object of at most one member has none, or its id alone."""
    return not value or "id" in value


def _settled(shape: Shape, value: Json) -> bool:
    """Whether it is plain at once that each choice is made as it must be; more may be needed to tell."""
    chosen = shape.chosen
    made = [chosen[name] for name in value if name in chosen]
    if len(made) > 1 and len(set(made)) < len(made):
        return False
    return all(name in made for name in shape.demanded) if shape.demanded else True


def _explain(shape: Shape, value: Json, context: Context, odd: list[tuple[str, Findings | None]]) -> Findings:
    if not value:
        return [error("structure", "an object has at least one member")]
    found: Findings = []
    for name, findings in odd:
        found += _member_faults(shape, value, context, name, findings)
    found += _missing(shape, value)
    found += _choice_faults(shape, value)
    if shape.element and len(value) == 1 and "id" in value:
        found.append(error("invariant", "ele-1: an element has a value or children, not an id alone"))
    return found[: LIMIT + 1]


def _member_faults(shape: Shape, value: Json, context: Context, name: str, findings: Findings | None) -> Findings:
    if findings is not None:
        return under(shape.labels[name], findings)
    if name in shape.primitives:
        if "_" + name in value and name not in shape.bare:
            return []
        return under(shape.labels[name], primitive_member.faults(shape.primitives[name], value[name]))
    plain = name.removeprefix("_")
    if plain != name and plain in shape.primitives and plain not in shape.bare:
        found = primitive_member.paired(shape.primitives[plain], value, plain, shape.siblings[0], context)
        return under(shape.labels[plain], found)
    return [_unknown(name)]


def _unknown(name: str) -> Issue:
    if _name.fullmatch(name) is None:
        return error("structure", "there is a member whose name no element has")
    return error("structure", f"there is no element '{name}' here", name)


def _missing(shape: Shape, value: Json) -> Iterator[Issue]:
    for name in shape.required:
        extended = name in shape.primitives and name not in shape.bare and "_" + name in value
        if name not in value and not extended:
            yield error("required", f"the element '{name}' is required", name)


def _choice_faults(shape: Shape, value: Json) -> Iterator[Issue]:
    for choice in shape.choices:
        count = sum(form in value or "_" + form in value for form in choice.forms)
        if count > 1:
            yield error("structure", f"the element '{choice.name}' has one type, {count} were found", choice.name)
        elif count == 0 and choice.required:
            yield error("required", f"the element '{choice.name}' is required", choice.name)
