"""Search a type, in pages.

Source: http://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from server.fhir import codec
from server.fhir.errors import Invalid, NotFound, TooCostly
from server.fhir.outcome import Issue, outcome
from server.fhir.resource import Json, Resource
from server.interactions import bundles, criteria, including, subsetting
from server.interactions.bundles import Entry
from server.interactions.engine import Engine
from server.interactions.request import FORM, Reply, Request
from server.interactions.subsetting import Cut
from server.search import includes, paging
from server.search.compiler import Criteria
from server.search.condition import All, Condition, Term
from server.search.includes import Include
from server.search.paging import Cursors
from server.storage.store import Query, Row

PAGE, LARGEST_PAGE = 50, 1_000
"""How many matches a page has when none or too many are asked for."""
COUNTED = 1_000_000
"""How far matches are counted."""
_MATCH = {"search": {"mode": "match"}}
_INCLUDE = {"search": {"mode": "include"}}
_CUT = Issue("warning", "incomplete", f"more than {including.MOST:,} resources are included: ask for smaller pages")
_INCOMPLETE = Entry(body=codec.encode(outcome([_CUT])), members={"search": {"mode": "outcome"}})
"""What stands where not all that is included is there."""
_COUNTING = ("accurate", "estimate")
_TOTALS = ("none", *_COUNTING)
"""What `_total` may be; an estimate is exact here. Source: http://hl7.org/fhir/R4/search.html#total"""
_BESIDE = frozenset((*includes.NAMES, *subsetting.PARAMETERS, "_total"))
"""Parameters that say what is answered, not what is found."""

Pairs = Sequence[tuple[str, str]]


async def run(engine: Engine, request: Request) -> Reply:
    """`GET [type]?parameters`, or `GET [compartment]/[id]/[type]?parameters`: a searchset, newest created first, with
    links to itself and the next page.
    """
    condition, cut = _condition(engine, request), subsetting.asked(engine, request, request.path[-1], search=True)
    asked = _includes(engine, request)
    _check_total(request.query)
    plain, count, cursors = await _asked(engine, request)
    here, before = added(plain, request.manner), below(cursors, request)
    if count == 0 or subsetting.counts(request):
        return bundles.reply("searchset", (), [("self", here)], await _total(engine, condition))
    counted = await _total(engine, condition) if _single(request.query, "_total") in _COUNTING else None
    page = await engine.store.search(Query(condition, count, before))
    links = [("self", here)]
    if page.more:
        links.append(("next", following(here, cursors.text(page.rows[-1].order, request.now))))
    included = await including.read(engine, asked, page.rows)
    beside = subsetting.beside(request, cut)
    entries = [_entry(request.base, row, cut) for row in page.rows]
    entries += [_entry(request.base, row, beside, _INCLUDE) for row in included.rows]
    return bundles.reply("searchset", entries if included.complete else [*entries, _INCOMPLETE], links, counted)


async def posted(engine: Engine, request: Request) -> Reply:
    """`POST [type]/_search`: the same with parameters in the body, those of the URL among them; raises Invalid."""
    *path, _ = request.path
    pairs = (*request.query, *_form(request.body))
    return await run(engine, replace(request, method="GET", path=tuple(path), query=pairs, body=None))


def _form(body: Resource | None) -> tuple[tuple[str, str], ...]:
    """The parameters of a form, which inside is a Binary of its media type."""
    if body is None:
        return ()
    if body["resourceType"] != "Binary" or body.get("contentType") != FORM:
        raise Invalid(f"the parameters of a search are sent as {FORM}", expression="resourceType")
    try:
        found = criteria.pairs(b64decode(body.get("data", ""), validate=True).decode("ascii"))
    except ValueError as error:
        raise Invalid("the parameters of a search are percent-encoded", expression="Binary.data") from error
    criteria.check_names(found)
    return found


async def check(engine: Engine, request: Request) -> None:
    """Raise Invalid for a query that is not understood, or a cursor that is none of these."""
    _condition(engine, request)
    _includes(engine, request)
    _check_total(request.query)
    subsetting.asked(engine, request, request.path[-1], search=True)
    _, _, cursors = await _asked(engine, request)
    below(cursors, request)


def page_size(query: Pairs) -> int:
    """What `_count` asks for, at most LARGEST_PAGE; PAGE without it."""
    text = _single(query, "_count")
    if text is None:
        return PAGE
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Invalid("_count must be a whole number from 0 on", expression="_count")
    return min(int(text), LARGEST_PAGE)


def below(cursors: Cursors, request: Request) -> int | None:
    """Where the page before ended, None for the first page; raises Invalid for a cursor that is not one of these."""
    text = _single(request.query, paging.PARAMETER)
    return None if text is None else cursors.below(text, request.now)


def following(url: str, cursor: str) -> str:
    """The URL of the page behind a cursor."""
    return added(url, [(paging.PARAMETER, cursor)])


def address(request: Request) -> str:
    """The URL of the request without its query."""
    return f"{request.base}/{'/'.join(request.path)}"


def added(url: str, pairs: Pairs) -> str:
    """The URL with more parameters."""
    query = urlencode(pairs, safe=":,|$/")
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _condition(engine: Engine, request: Request) -> Condition:
    *within, kind = request.path
    asked = [pair for pair in _criteria(request.query) if pair[0] not in _BESIDE]
    found = Criteria(engine.definitions, kind, request.now).condition(asked)
    return All((_compartment(engine, *within, kind=kind), found)) if within else found


def _compartment(engine: Engine, *holder: str, kind: str) -> Condition:
    """What is in a compartment; raises NotFound for a type that has none, or that is none of its.

    Source: http://hl7.org/fhir/R4/compartmentdefinition.html
    """
    type_, id_ = holder
    members = engine.definitions.compartments.get(type_, {})
    if kind not in (*members, type_) or not engine.definitions.is_resource(kind):
        raise NotFound("there is nothing at this address")
    return Term(f"_compartment={type_}/{id_}")


def _includes(engine: Engine, request: Request) -> Sequence[Include]:
    return includes.read(engine.definitions, request.path[-1], request.query)


def _check_total(query: Pairs) -> None:
    if _single(query, "_total") not in (None, *_TOTALS):
        raise Invalid(f"_total is {', '.join(_TOTALS)}", expression="_total")


async def _total(engine: Engine, condition: Condition) -> int:
    """How many match; raises TooCostly where they are too many to be counted."""
    found = await engine.store.count(condition, COUNTED + 1)
    if found > COUNTED:
        raise TooCostly(f"more than {COUNTED:,} resources match: narrow the search to have them counted")
    return found


async def _asked(engine: Engine, request: Request) -> tuple[str, int, Cursors]:
    """The URL without its cursor, the size of a page, and the cursors of this search."""
    count = page_size(request.query)
    plain = added(address(request), [*_criteria(request.query), *_count(request.query, count)])
    return plain, count, Cursors(await engine.store.secret(), (plain,))


def _criteria(query: Pairs) -> list[tuple[str, str]]:
    return [pair for pair in query if pair[0] not in (paging.PARAMETER, "_count")]


def _single(query: Pairs, name: str) -> str | None:
    values = [value for key, value in query if key == name]
    if len(values) > 1:
        raise Invalid(f"{name} may be given once", expression=name)
    return values[0] if values else None


def _count(query: Pairs, count: int) -> list[tuple[str, str]]:
    return [("_count", str(count))] if any(name == "_count" for name, _ in query) else []


def _entry(base: str, row: Row, cut: Cut, mode: Mapping[str, Json] = _MATCH) -> Entry:
    return Entry(f"{base}/{row.type}/{row.id}", cut(row.body or b""), mode)
