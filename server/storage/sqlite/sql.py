"""Pieces of SQL: sources of rows `t.rid`, tests of them, and how many are put together.

`t` is a row of what is searched, `s1`, `s2` and so on rows that links lead to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = int | str | bytes


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and its parameters in order."""

    text: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Rows `t.rid` in no order: `FROM tables WHERE where`; `distinct` when a row may come twice."""

    tables: Sql
    where: Sql
    distinct: bool = False

    @property
    def rows(self) -> Sql:
        """The rows as a statement of their own."""
        return Sql(
            f"SELECT t.rid FROM {self.tables.text} WHERE {self.where.text}", self.tables.values + self.where.values
        )


EVERYTHING = Source(Sql("resource t"), Sql("t.body IS NOT NULL"))
"""All live resources: for conditions that no index answers."""


def exists(table: str, depth: int, where: Sql) -> Sql:
    """Whether a table has a row `p` of the resource at some depth of links that meets a condition."""
    return Sql(f"EXISTS(SELECT 1 FROM {table} p WHERE p.rid={row(depth)} AND {where.text})", where.values)


def key_of(link: str) -> str:
    """The key of a term, from a link's value and, twice, the key of the term's name: their exclusive or."""
    value = _VALUE.format(link)
    return f"(({value}|?)&~({value}&?))"


def row(depth: int) -> str:
    """The rid of the resource at some depth of links."""
    return f"s{depth}.rid" if depth else "t.rid"


def with_terms(keys: tuple[int, ...]) -> Source:
    """The resources that have one of some terms, by their keys."""
    return Source(Sql("term t"), one_of("t.k", keys), distinct=len(keys) > 1)


def one_of(column: str, keys: tuple[int, ...]) -> Sql:
    """Whether the column is one of these keys, however many they are."""
    if len(keys) == 1:
        return Sql(f"{column}=?", keys)
    if len(keys) > _FEW:
        return Sql(f"{column} IN (SELECT value FROM json_each(?))", (f"[{','.join(map(str, keys))}]",))
    return Sql(f"{column} IN ({','.join('?' * len(keys))})", keys)


def joined(pieces: Iterable[Sql], word: str) -> Sql:
    """Pieces joined by AND or OR, however many they are, in as few brackets as there may be: SQLite's parser counts
    them. What is joined by OR is bracketed as a whole.
    """
    listed = list(pieces)
    while len(listed) > _WIDE:
        listed = [_bracketed(joined(part, word)) for part in _groups(listed)]
    if len(listed) == 1:
        return listed[0]
    found = Sql(f" {word} ".join(one.text for one in listed), _values(listed))
    return _bracketed(found) if word == "OR" else found


def _bracketed(piece: Sql) -> Sql:
    return Sql(f"({piece.text})", piece.values)


def union(selects: list[Sql], word: str) -> Sql:
    """The rows of statements, as `t`, however many they are."""
    while len(selects) > _WIDE:
        within = [union(part, word) for part in _groups(selects)]
        selects = [Sql(f"SELECT t.rid FROM {one.text}", one.values) for one in within]
    return Sql(f"({f' {word} '.join(one.text for one in selects)}) t", _values(selects))


def _groups(listed: list[Sql]) -> list[list[Sql]]:
    return [listed[place : place + _WIDE] for place in range(0, len(listed), _WIDE)]


def _values(listed: list[Sql]) -> tuple[Value, ...]:
    return tuple(value for one in listed for value in one.values)


NAME, _VALUE = "json_extract({0}.value,'$[0]')", "json_extract({0}.value,'$[1]')"
"""The key of the name of a link, and that of its value."""
_WIDE = 100
"""How many pieces stand side by side: SQLite joins 500 statements and nests expressions 1,000 deep."""
_FEW = 100
"""How many keys are parameters of their own: SQLite takes 32,766 in a statement."""
