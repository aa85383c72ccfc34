"""Which versions a history shows and in which order, as its parameters say.

Source: http://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from server.fhir import primitives, temporal
from server.fhir.errors import Invalid
from server.fhir.outcome import Issue
from server.interactions import search, subsetting
from server.interactions.engine import Engine
from server.interactions.request import Request
from server.interactions.subsetting import Cut
from server.search import paging
from server.search.paging import Cursors
from server.storage.store import History

Fields: TypeAlias = Mapping[str, Any]
"""Fields of a `History`."""

_paging = ("_count", paging.PARAMETER)
_orders: Mapping[str, Fields] = {"_lastUpdated": {"oldest": True}, "-_lastUpdated": {}}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the store; the URL of the history without its cursor, and the cursors of that URL; how much of
    each resource.
    """

    query: History
    url: str
    cursors: Cursors
    cut: Cut


async def asked(engine: Engine, request: Request) -> Asked:
    """What a request for a history asks; raises Invalid for what is not understood, or a cursor that is none of it."""
    _check(request)
    chosen = [(name, text) for name, text in request.query if name not in _paging]
    fields = {key: value for name, text in chosen for key, value in PARAMETERS.get(name, _nothing)(text).items()}
    count = _count(request)
    shown = [("_count", str(count))] if count != search.PAGE else []
    url = search.added(search.address(request), [*chosen, *shown])
    cursors = Cursors(await engine.store.secret(), (url,))
    type_, id_ = (*request.path[:-1], "", "")[:2]
    query = History(count, type_, id_, beyond=search.below(cursors, request), **fields)
    return Asked(query, url, cursors, subsetting.asked(engine, request, type_))


def _check(request: Request) -> None:
    """Raise Invalid for a parameter that is not known, or is given twice."""
    for name, number in Counter(name for name, _ in request.query).items():
        if name not in _known:
            text = f"a history takes {', '.join(_known)}, not {name[:64]}"
            raise Invalid(text, issues=[Issue("error", "not-supported", text, name[:64])])
        if number > 1:
            raise Invalid(f"{name} may be given once", expression=name)


def _count(request: Request) -> int:
    count = search.page_size(request.query)
    if count == 0:
        raise Invalid("a page of history has at least one version", expression="_count")
    return count


def _nothing(text: str) -> Fields:
    """A parameter that does not say which versions."""
    return {}


def _since(text: str) -> Fields:
    """Versions made at an instant or after it."""
    if not primitives.GRAMMARS["instant"].accepts(text):
        raise Invalid("_since must be an instant such as 2026-11-24T09:30:00Z", expression="_since")
    return {"since": -(-temporal.interval(text)[0] // temporal.MILLISECOND)}


def _at(text: str) -> Fields:
    """Versions that were current at some time within a date or dateTime; a deletion is current until it is undone."""
    try:
        start, end = temporal.interval(text)
    except ValueError as error:
        raise Invalid("_at must be a date or dateTime such as 2026-11-24", expression="_at") from error
    return {"during": (start // temporal.MILLISECOND, -(-end // temporal.MILLISECOND))}


def _sort(text: str) -> Fields:
    """The order of the changes, newest first unless the oldest are asked for first."""
    if text not in _orders:
        raise Invalid("_sort must be _lastUpdated or -_lastUpdated", expression="_sort")
    return _orders[text]


PARAMETERS: Mapping[str, Callable[[str], Fields]] = {"_since": _since, "_at": _at, "_sort": _sort}
"""Each parameter beside the size of a page to what it says."""

_known = (*PARAMETERS, *subsetting.PARAMETERS, *_paging)
