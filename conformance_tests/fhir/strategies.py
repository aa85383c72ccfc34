"""Hypothesis strategies for resources of any type, built from the definitions.

What they give keeps cardinalities, types, formats and required codes; invariants are not aimed at.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from html import escape
from typing import Any

from hypothesis import strategies as st

from server.fhir.definitions import Definitions, Element, ElementType
from server.fhir.resource import Json, Resource

Draw = Callable[[st.SearchStrategy[Any]], Any]

DEEP = 4
"""From this depth on only required elements are drawn."""

_visible = st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn"))
_word = st.text(_visible, min_size=1, max_size=8)
_line = st.lists(_word, min_size=1, max_size=3).map(" ".join)
_text = st.lists(_line, min_size=1, max_size=2).map("\n".join)
_ids = st.from_regex(r"[A-Za-z0-9\-.]{1,20}", fullmatch=True)
_days = st.dates(date(1900, 1, 1), date(2099, 12, 31))
_zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_moments = st.datetimes(datetime(1900, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC) | _zones)
_instants = _moments.map(lambda moment: moment.isoformat(timespec="milliseconds"))
_partial_dates = st.tuples(_days, st.sampled_from((4, 7, 10))).map(lambda pair: pair[0].isoformat()[: pair[1]])
_uris = _ids.map(lambda name: f"http://example.org/{name}")


def _exact(value: Decimal) -> Decimal | int:
    """As JSON decoding gives it: an int where the text has neither fraction nor exponent."""
    text = str(value)
    return value if set(text) & set(".E") else int(text)


decimals = st.builds(
    lambda unscaled, places: _exact(Decimal(unscaled).scaleb(-places)),
    st.integers(-(10**12), 10**12),
    st.integers(0, 8),
)
"""Exact decimals with up to eight places, trailing zeros among them."""

written_decimals = st.from_regex(
    r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20}([eE][+-]?[0-9]{1,4})?|[eE][+-]?[0-9]{1,4})", fullmatch=True
)
"""The text of decimals with a fraction or an exponent, in every form that the grammar allows."""

PRIMITIVES: Mapping[str, st.SearchStrategy[Json]] = {
    "base64Binary": st.binary(min_size=1, max_size=12).map(lambda octets: base64.b64encode(octets).decode()),
    "boolean": st.booleans(),
    "canonical": _uris,
    "code": _ids,
    "date": _partial_dates,
    "dateTime": _partial_dates | _instants,
    "decimal": decimals,
    "id": _ids,
    "instant": _instants,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "markdown": _text,
    "oid": st.lists(st.integers(1, 999), min_size=1, max_size=5).map(
        lambda arcs: "urn:oid:2." + ".".join(map(str, arcs))
    ),
    "positiveInt": st.integers(1, 2**31 - 1),
    "string": _text,
    "time": st.times().map(lambda time: time.isoformat(timespec="milliseconds")),
    "unsignedInt": st.integers(0, 2**31 - 1),
    "uri": _uris,
    "url": _uris,
    "uuid": st.uuids().map(lambda uuid: f"urn:uuid:{uuid}"),
    "xhtml": _text.map(lambda text: f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(text)}</p></div>'),
}
"""Values of each primitive type as JSON decoding gives them."""


@st.composite
def resources(
    draw: Draw,
    definitions: Definitions,
    type: str = "",
    contained: bool = True,
    primitives: Mapping[str, st.SearchStrategy[Json]] = PRIMITIVES,
) -> Resource:
    """A resource of the type, or of any type; `contained` says whether it may contain others."""
    name = type or draw(st.sampled_from(definitions.resource_types))
    return _Builder(definitions, draw, primitives).resource(name, 0, contained)


class _Builder:
    def __init__(self, definitions: Definitions, draw: Draw, primitives: Mapping[str, st.SearchStrategy[Json]]) -> None:
        self._definitions = definitions
        self._draw = draw
        self._primitives = primitives

    def resource(self, name: str, depth: int, contained: bool) -> Resource:
        left_out = () if contained else ("contained",)
        return {"resourceType": name, "id": self._draw(_ids), **self._object(name, depth, ("id", *left_out))}

    def _object(self, path: str, depth: int, left_out: tuple[str, ...] = ()) -> Resource:
        elements = [element for element in self._definitions.children[path] if element.name not in left_out]
        chosen = self._chosen(elements, depth)
        found: Resource = {}
        for element in elements:
            if element.path in chosen:
                found.update(self._element(element, depth))
        return found

    def _chosen(self, elements: list[Element], depth: int) -> set[str]:
        required = {element.path for element in elements if element.minimum}
        optional = [element.path for element in elements if not element.minimum and not _absent(element)]
        if depth < DEEP:
            some = st.sets(st.sampled_from(optional), min_size=0 if required else 1, max_size=3 if depth else 6)
            return required | self._draw_paths(some)
        plain = [element.path for element in elements if _plain(element)]
        return required or {self._draw(st.sampled_from(plain or optional))}

    def _draw_paths(self, paths: st.SearchStrategy[set[str]]) -> set[str]:
        drawn: set[str] = self._draw(paths)
        return drawn

    def _element(self, element: Element, depth: int) -> Resource:
        type_ = self._draw(st.sampled_from(element.types)) if element.types else ElementType("BackboneElement")
        if element.choice and depth >= DEEP:
            type_ = next((one for one in element.types if one.code in PRIMITIVES), type_)
        name = element.name + type_.code[0].upper() + type_.code[1:] if element.choice else element.name
        count = self._draw(st.integers(1, 3 if depth < 2 else 1)) if element.many else 1
        values = [self._value(element, type_, depth + 1) for _ in range(count)]
        if type_.code in PRIMITIVES and not element.attribute and type_.code != "xhtml" and element.name != "id":
            return self._with_companions(element, name, values, depth)
        return {name: values if element.many else values[0]}

    def _with_companions(self, element: Element, name: str, values: list[Json], depth: int) -> Resource:
        if depth >= DEEP or not self._draw(st.sampled_from((False, False, False, True))):
            return {name: values if element.many else values[0]}
        companions = [self._companion(depth) for _ in values]
        if not element.many:
            return {"_" + name: companions[0]} | ({name: values[0]} if self._draw(st.booleans()) else {})
        if self._draw(st.booleans()):
            return {name: [*values, None], "_" + name: [*(None for _ in values), companions[0]]}
        return {name: values, "_" + name: companions} if self._draw(st.booleans()) else {"_" + name: companions}

    def _companion(self, depth: int) -> Resource:
        return {"extension": [self._extension(depth + 1)]} | (
            {"id": self._draw(_ids)} if self._draw(st.booleans()) else {}
        )

    def _extension(self, depth: int) -> Resource:
        value = next(one for one in self._definitions.children["Extension"] if one.choice)
        return {"url": self._draw(_uris)} | self._element(value, depth)

    def _value(self, element: Element, type_: ElementType, depth: int) -> Json:
        if type_.code == "Resource":
            return self.resource(self._draw(st.sampled_from(("Basic", "Patient", "Binary"))), depth + 2, False)
        if type_.code == "Extension":
            return self._extension(depth + 1)
        if element.content or element.path in self._definitions.children:
            return self._object(element.content or element.path, depth)
        if type_.code == "Reference":
            return self._reference(type_)
        return self._of_type(element, type_, depth)

    def _of_type(self, element: Element, type_: ElementType, depth: int) -> Json:
        bound = element.binding is not None and element.binding.strength == "required"
        systems = self._definitions.value_sets.get(element.binding.value_set, {}) if element.binding and bound else {}
        codings = sorted((system, code) for system, codes in systems.items() for code in codes)
        if codings and type_.code in ("code", "Coding", "CodeableConcept"):
            return _coded(type_.code, *self._draw(st.sampled_from(codings)))
        if type_.system or type_.code in PRIMITIVES:
            return self._draw(_ids if type_.system or element.name == "id" else self._primitives[type_.code])
        return self._object(type_.code, depth)

    def _reference(self, type_: ElementType) -> Resource:
        targets = [one for one in type_.targets if one != "Resource"] or ["Patient"]
        return {"reference": f"{self._draw(st.sampled_from(targets))}/{self._draw(_ids)}"}


def _coded(type: str, system: str, code: str) -> Json:
    coding = {"system": system, "code": code}
    return {"code": code, "Coding": coding, "CodeableConcept": {"coding": [coding]}}[type]


def _plain(element: Element) -> bool:
    return bool(element.types) and element.types[0].code in PRIMITIVES and element.name != "id" and element.maximum != 0


def _absent(element: Element) -> bool:
    return element.maximum == 0 or element.name == "id"
