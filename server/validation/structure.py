"""Types compiled to checks, each once: cardinality, JSON types, choices, bindings and reference targets.

Source: http://hl7.org/fhir/R4/structuredefinition.html
"""

from __future__ import annotations

from collections.abc import Iterator

from server.fhir import primitives
from server.fhir.definitions import Definitions, Element, ElementType
from server.fhir.resource import Json
from server.validation import bindings, invariants, primitive_member, references
from server.validation.finding import LIMIT, Check, Context, Findings, error, under
from server.validation.shape import Choice, Shape, check_object


class Compiler:
    """Compiles types. `inner` checks a resource in a Bundle or Parameters, `contained` one in `contained`."""

    def __init__(self, definitions: Definitions, inner: Check, contained: Check) -> None:
        self._definitions = definitions
        self._inner = inner
        self._contained = contained
        self._known = frozenset(definitions.resource_types)
        self._objects: dict[tuple[str, tuple[str, ...]], Check] = {}

    def resource(self, name: str) -> Check:
        """The check of a resource of that type."""
        return self._object(name)

    def _object(self, path: str, keys: tuple[str, ...] = (), targets: tuple[str, ...] = ()) -> Check:
        """The check of the objects at a path; `keys` are invariants of the element, `targets` those of a Reference."""
        known = self._objects.get((path, targets))
        if known is not None:
            return known
        definition = self._definitions.types.get(path)
        resource = definition is not None and definition.kind == "resource"
        shape = Shape(element=not resource)
        check = self._objects[path, targets] = check_object(shape)
        self._fill(shape, path, resource)
        shape.rules.extend(invariants.rules(keys if definition is None else definition.root.invariants))
        if targets and "Resource" not in targets:
            shape.rules.append(references.targeted(targets, self._known))
        return check

    def _fill(self, shape: Shape, path: str, resource: bool) -> None:
        if resource:
            shape.leaves["resourceType"] = _dispatched
        shape.siblings.append(self._sibling())
        for element in self._definitions.children[path]:
            forms = tuple(_forms(element))
            for name, label, type in forms:
                shape.labels[name] = label
                self._member(shape, name, element, "id" if resource and element.name == "id" else type.code, type)
                if element.attribute or type.code == "xhtml":
                    shape.bare.add(name)
            _cardinality(shape, element, tuple(name for name, _, _ in forms))

    def _sibling(self) -> Check:
        """The check of the id and extensions of a primitive, whose value makes up for a lone id."""
        known = self._objects.get(("_", ()))
        if known is not None:
            return known
        shape = Shape(element=False)
        check = self._objects["_", ()] = check_object(shape)
        self._fill(shape, "Element", resource=False)
        return check

    def _member(self, shape: Shape, name: str, element: Element, code: str, type: ElementType) -> None:
        grammar = primitives.GRAMMARS.get(code)
        if grammar is None:
            one = self._node(element, type)
            shape.nodes[name] = _each(one) if element.many else one
            return
        url, value_set = self._required(element)
        codes = bindings.codes(value_set) if value_set is not None else None
        member = primitive_member.primitive(grammar, element.many, codes, url)
        shape.primitives[name] = member
        shape.leaves[name] = member.accepts

    def _node(self, element: Element, type: ElementType) -> Check:
        if type.code == "Resource":
            return self._contained if element.name == "contained" else self._inner
        if element.content or element.path in self._definitions.children:
            return self._object(element.content or element.path, element.invariants)
        check = self._object(type.code, targets=type.targets if type.code == "Reference" else ())
        url, value_set = self._required(element)
        if value_set is None or type.code not in bindings.BOUND:
            return check
        return _both(check, bindings.BOUND[type.code](url, value_set))

    def _required(self, element: Element) -> tuple[str, bindings.ValueSet | None]:
        """The required value set, None when there is none or its codes are not known here."""
        if element.binding is None or element.binding.strength != "required":
            return "", None
        url = element.binding.value_set.partition("|")[0]
        return url, self._definitions.value_sets.get(url)


_inline = ElementType("BackboneElement")


def _forms(element: Element) -> Iterator[tuple[str, str, ElementType]]:
    """The JSON name, FHIRPath step and type of each form that an element takes."""
    if not element.choice:
        yield element.name, element.name, element.types[0] if element.types else _inline
        return
    for type in element.types:
        yield element.name + type.code[0].upper() + type.code[1:], f"{element.name}.ofType({type.code})", type


def _cardinality(shape: Shape, element: Element, names: tuple[str, ...]) -> None:
    if element.choice:
        shape.choices.append(Choice(element.name, element.minimum > 0, names))
        shape.chosen.update(dict.fromkeys(names, element.name))
        if element.minimum > 0:
            shape.demanded.append(element.name)
    elif element.minimum > 0:
        shape.required.append(element.name)


def _dispatched(value: Json) -> bool:
    """The check of a resource was chosen by its resourceType."""
    return True


def _both(first: Check, second: Check) -> Check:
    def check(value: Json, context: Context) -> Findings | None:
        found, more = first(value, context), second(value, context)
        return (found or []) + (more or []) or None

    return check


def _each(one: Check) -> Check:
    """The check of an array of at least one item."""

    def check(value: Json, context: Context) -> Findings | None:
        if type(value) is not list:
            return [error("structure", f"an array is expected, {primitives.json_type(value)} was found")]
        found: Findings | None = None if value else [error("structure", "an array has at least one item")]
        for index, item in enumerate(value):
            more = one(item, context)
            if more is not None:
                found = (found or []) + under(f"[{index}]", more)
                if len(found) > LIMIT:
                    break
        return found

    return check
