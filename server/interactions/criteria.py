"""Addresses in parts, and conditions that come as a query: If-None-Exist, conditional URLs and references.

Source: http://hl7.org/fhir/R4/http.html#ccreate
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

from server.fhir.errors import Invalid
from server.interactions.engine import Engine
from server.interactions.request import Request
from server.search.compiler import Criteria, Pairs
from server.search.condition import Condition
from server.storage.store import Query, Row

FIELDS = 100
"""How many parameters a query may have."""


def pairs(query: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a query string in order; raises Invalid."""
    try:
        return tuple(parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=FIELDS))
    except (ValueError, UnicodeDecodeError) as error:
        raise Invalid(f"the query is not UTF-8 or has more than {FIELDS} parameters") from error


def check_names(asked: Pairs) -> None:
    """Raise Invalid for a parameter whose name can be none, which an answer does not repeat."""
    if not all(_name.fullmatch(name) for name, _ in asked):
        raise Invalid("the name of a parameter is letters, digits, and within it hyphens, dots, colons or underscores")


_name = re.compile(r"_?[A-Za-z0-9][A-Za-z0-9\-.:_]*")


def segments(path: str) -> tuple[str, ...]:
    """The segments of a path; raises Invalid."""
    if "%" not in path:
        return tuple(path.split("/")) if path else ()
    try:
        return tuple(unquote(part, errors="strict") for part in path.split("/"))
    except UnicodeDecodeError as error:
        raise Invalid("the address is not UTF-8") from error


def condition(engine: Engine, request: Request, type: str, asked: Pairs) -> Condition:
    """What a query on a type asks for; raises Invalid when it asks for nothing or is not understood."""
    if not asked:
        raise Invalid("a condition needs at least one search parameter")
    check_names(asked)
    return Criteria(engine.definitions, type, request.now, linked=False).condition(asked)


def if_none_exist(engine: Engine, request: Request, type: str) -> Condition | None:
    """The condition of the header If-None-Exist, None without one."""
    header = request.headers.get("if-none-exist")
    return None if header is None else condition(engine, request, type, pairs(header.removeprefix("?")))


async def matches(engine: Engine, condition: Condition) -> tuple[Row, ...]:
    """The resources that match: up to two, enough to tell one from several."""
    return (await engine.store.search(Query(condition, 2))).rows
