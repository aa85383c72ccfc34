"""Search a type, in pages.

Source: http://hl7.org/fhir/R4/http.html#search
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from server.fhir import codec
from server.fhir.errors import Invalid, NotFound, TooCostly
from server.fhir.outcome import Issue, outcome
from server.fhir.resource import Json, Resource
from server.interactions import bundles, criteria, including, leniency, subsetting
from server.interactions.bundles import Entry
from server.interactions.engine import Engine
from server.interactions.request import FORM, Reply, Request
from server.interactions.subsetting import Cut
from server.search import includes, paging
from server.search.compiler import Criteria
from server.search.condition import All, Condition, Term
from server.search.includes import Include
from server.search.paging import Cursors
from server.storage.store import Page, Query, Row

PAGE, LARGEST_PAGE = 50, 1_000
"""How many matches a page has when none or too many are asked for."""
COUNTED = 1_000_000
"""How far matches are counted."""
_MATCH = {"search": {"mode": "match"}}
_INCLUDE = {"search": {"mode": "include"}}
_CUT = Issue("warning", "incomplete", f"more than {including.MOST:,} resources are included: ask for smaller pages")
_COUNTING = ("accurate", "estimate")
_TOTALS = ("none", *_COUNTING)
"""What `_total` may be; an estimate is exact here. Source: http://hl7.org/fhir/R4/search.html#total"""
_BESIDE = frozenset((*includes.NAMES, *subsetting.PARAMETERS, "_total", "_count", paging.PARAMETER))
"""Parameters that say what is answered, not what is found."""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Search:
    """A search that is understood: what it finds, from where on and how much of it, and what it answers of that."""

    condition: Condition
    includes: Sequence[Include]
    cut: Cut
    count: int
    here: str
    cursors: Cursors
    before: int | None


async def run(engine: Engine, given: Request) -> Reply:
    """`GET [type]?parameters`, or `GET [compartment]/[id]/[type]?parameters`: a searchset, newest created first, with
    links to itself and the next page.
    """
    request, ignored = leniency.heard(engine, given, _BESIDE)
    asked = await _read(engine, request)
    if asked.count == 0 or subsetting.counts(request):
        return bundles.reply("searchset", _told(ignored), [("self", asked.here)], await _total(engine, asked.condition))
    counted = await _total(engine, asked.condition) if _single(request.query, "_total") in _COUNTING else None
    page = await engine.store.search(Query(asked.condition, asked.count, asked.before))
    entries = [*await _entries(engine, request, asked, page.rows), *_told(ignored)]
    return bundles.reply("searchset", entries, _links(request, asked, page), counted)


async def _read(engine: Engine, request: Request) -> _Search:
    """What a search asks; raises Invalid for one that is not understood, or a cursor that is none of its."""
    kind = request.path[-1]
    condition, cut = _condition(engine, request), subsetting.asked(engine, request, kind, search=True)
    included = includes.read(engine.definitions, kind, request.query)
    _check_total(request.query)
    plain, count, cursors = await _asked(engine, request)
    return _Search(condition, included, cut, count, added(plain, request.manner), cursors, below(cursors, request))


async def _entries(engine: Engine, request: Request, asked: _Search, rows: Sequence[Row]) -> list[Entry]:
    """The matches of a page, what is included beside them, and whether that is all."""
    included = await including.read(engine, asked.includes, rows)
    beside = subsetting.beside(request, asked.cut)
    found = [_entry(request.base, row, asked.cut) for row in rows]
    found += [_entry(request.base, row, beside, _INCLUDE) for row in included.rows]
    return found if included.complete else [*found, *_told([_CUT])]


def _links(request: Request, asked: _Search, page: Page) -> list[tuple[str, str]]:
    links = [("self", asked.here)]
    if page.more:
        links.append(("next", following(asked.here, asked.cursors.text(page.rows[-1].order, request.now))))
    return links


def _told(issues: Sequence[Issue]) -> list[Entry]:
    """What is said of the search beside what it found."""
    return [Entry(body=codec.encode(outcome(issues)), members={"search": {"mode": "outcome"}})] if issues else []


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


async def check(engine: Engine, given: Request) -> None:
    """Raise Invalid for a query that is not understood, or a cursor that is none of these."""
    request, _ = leniency.heard(engine, given, _BESIDE)
    await _read(engine, request)


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
    asked = [pair for pair in request.query if pair[0] not in _BESIDE]
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
