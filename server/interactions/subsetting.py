"""Parts of resources: what `_summary` and `_elements` ask for, and why a part does not overwrite a whole.

Sources: http://hl7.org/fhir/R4/search.html#summary, http://hl7.org/fhir/R4/search.html#elements
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TypeAlias

from server.fhir import codec, subset
from server.fhir.errors import Invalid, Unprocessable
from server.fhir.resource import Resource
from server.fhir.subset import SUBSETTED, SUMMARIES, Cutter, Selection
from server.interactions.engine import Engine
from server.interactions.request import Request
from server.storage.store import Row

Cut: TypeAlias = Callable[[bytes], bytes]
"""From the stored text of a resource to what is answered of it."""

PARAMETERS = ("_summary", "_elements")
COUNT = "count"
"""The summary that is no part of any resource, but how many a search finds."""
_WHOLE = "false"


def asked(engine: Engine, request: Request, type: str, *, search: bool = False) -> Cut:
    """What is answered of a resource of a type, or of any when it is empty; raises Invalid.

    Without parameters that is the stored text as it stands. Only a `search` may ask for the count alone.
    """
    given = [pair for pair in request.query if pair[0] in PARAMETERS]
    if not given:
        return _whole
    summary, elements = (_single(given, name) for name in PARAMETERS)
    offered = (*SUMMARIES, _WHOLE, *((COUNT,) if search else ()))
    if summary is not None and summary not in offered:
        raise Invalid(f"_summary is {', '.join(offered)} here", expression="_summary")
    if elements is not None and summary in SUMMARIES:
        raise Invalid("_summary and _elements each say what is answered: ask for one of them", expression="_elements")
    selection = SUMMARIES.get(summary or _WHOLE) if elements is None else _named(engine, type, elements)
    return _whole if selection is None else _cutting(engine, selection)


def beside(request: Request, cut: Cut) -> Cut:
    """What is answered of what is included: `_elements` names elements of what is searched for alone."""
    return _whole if any(name == "_elements" for name, _ in request.query) else cut


def counts(request: Request) -> bool:
    """Whether a search asks for its count alone."""
    return ("_summary", COUNT) in request.query


def check_whole(resource: Resource | None, row: Row | None, reference: str) -> None:
    """Raise Unprocessable for a part that is about to overwrite a resource that is none."""
    if resource is None or row is None or row.body is None or not subset.is_part(resource):
        return
    if not subset.is_part(codec.stored(row.body)):
        text = f"this is a part of {reference} (tag {SUBSETTED['code']}), which would overwrite the whole"
        raise Unprocessable(text, expression=f"{row.type}.meta.tag")


def _whole(text: bytes) -> bytes:
    return text


def _cutting(engine: Engine, selection: Selection) -> Cut:
    cutter = Cutter(engine.definitions, selection)
    return lambda text: codec.encode(cutter.cut(codec.stored(text)))


def _named(engine: Engine, type: str, elements: str) -> Selection:
    """The elements that a list names; raises Invalid for a name that no element has."""
    names = frozenset(elements.split(","))
    types = [type] if type else engine.definitions.resource_types
    unknown = names.difference(_spellings(engine, types))
    if unknown:
        where = f"a {type}" if type else "any resource"
        raise Invalid(f"_elements lists elements of {where}, not {min(unknown)[:64]!r}", expression="_elements")
    return subset.of_elements(names)


def _spellings(engine: Engine, types: Iterable[str]) -> Iterable[str]:
    elements = chain.from_iterable(engine.definitions.children[one] for one in types)
    return chain.from_iterable(map(subset.spellings, elements))


def _single(given: Iterable[tuple[str, str]], name: str) -> str | None:
    values = [value for key, value in given if key == name]
    if len(values) > 1:
        raise Invalid(f"{name} may be given once", expression=name)
    return values[0] if values else None
