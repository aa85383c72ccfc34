"""From a Condition to SQL: as a source of rows that drives a search, or as a probe of one row at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from server.search.condition import All, Any, Condition, Not, Prefix, Span, Substring, Term
from server.storage import spans
from server.storage.sqlite.keys import CLASSES, Keys, number

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


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all hold."""
    if isinstance(condition, All):
        return tuple(inner for part in condition.parts for inner in parts(part))
    return (condition,)


@dataclass(frozen=True, slots=True)
class Filters:
    """Compiles for one database, whose keys these are."""

    keys: Keys

    def source(self, condition: Condition) -> Source | None:
        """The rows that match, by an index; None when no index gives them."""
        match condition:
            case Term(key):
                return Source(Sql("term t"), Sql("t.k=?", (self.keys.term(key),)))
            case Span():
                return Source(_union(self._windows(condition), "UNION ALL"), Sql("1"), distinct=True)
            case Prefix(name, text):
                return Source(Sql("str t"), self._beginning("t", name, text), distinct=True)
            case Substring(name, text):
                return Source(Sql("str t"), self._containing("t", name, text), distinct=True)
            case Any(choices):
                return self._any(choices)
            case All(members):
                return self._all(members)
            case Not():
                return None

    def _any(self, choices: tuple[Condition, ...]) -> Source | None:
        keys, others = self._apart(choices)
        if not others and keys:
            return Source(Sql("term t"), _in("t.k", keys), distinct=True)
        known: list[Sql] = []
        for one in others:
            rows = self._rows(one)
            if not rows:
                return None
            known += rows
        if not known:
            return None
        terms = [Source(Sql("term t"), _in("t.k", keys)).rows] if keys else []
        return Source(_union([*terms, *known], "UNION ALL"), Sql("1"), distinct=True)

    def _rows(self, condition: Condition) -> list[Sql]:
        """Statements whose rows together match, by an index; none when no index gives them."""
        if isinstance(condition, Span):
            return self._windows(condition)
        source = self.source(condition)
        return [] if source is None else [source.rows]

    def _apart(self, choices: Iterable[Condition]) -> tuple[tuple[int, ...], list[Condition]]:
        """The keys of the terms among alternatives and alternatives within them, and all that are no terms."""
        keys: list[int] = []
        others: list[Condition] = []
        for one in choices:
            match one:
                case Term(key):
                    keys.append(self.keys.term(key))
                case Any(inner):
                    within = self._apart(inner)
                    keys += within[0]
                    others += within[1]
                case _:
                    others.append(one)
        return tuple(keys), others

    def _all(self, members: tuple[Condition, ...]) -> Source | None:
        """The first member that has an index, the others as probes of it."""
        for place, member in enumerate(members):
            source = self.source(member)
            if source is not None:
                others = members[:place] + members[place + 1 :]
                return Source(source.tables, _joined([source.where, *map(self.probe, others)], "AND"), source.distinct)
        return None

    def probe(self, condition: Condition) -> Sql:
        """Whether the row `t.rid` matches."""
        match condition:
            case Term(key):
                return _exists("term", Sql("p.k=?", (self.keys.term(key),)))
            case Span(name):
                first = self.keys.parameter(name)
                within = Sql("p.k BETWEEN ? AND ?", (first, first + CLASSES - 1))
                return _exists("val", _joined([within, *_bounds(condition, "p")], "AND"))
            case Prefix(name, text):
                return _exists("sval", self._beginning("p", name, text))
            case Substring(name, text):
                return _exists("sval", self._containing("p", name, text))
            case All(members):
                return _joined([self.probe(one) for one in members], "AND") if members else Sql("1")
            case Any(choices):
                keys, others = self._apart(choices)
                terms = [_exists("term", _in("p.k", keys))] if keys else []
                return _joined([*terms, *map(self.probe, others)], "OR") if terms or others else Sql("0")
            case Not(part):
                inner = self.probe(part)
                return Sql(f"NOT ({inner.text})", inner.values)

    def _beginning(self, alias: str, name: str, text: str) -> Sql:
        where, after = f"{alias}.k=? AND {alias}.v>=?", _successor(text)
        values: tuple[Value, ...] = (self.keys.parameter(name), text)
        return Sql(f"{where} AND {alias}.v<?", (*values, after)) if after else Sql(where, values)

    def _containing(self, alias: str, name: str, text: str) -> Sql:
        return Sql(f"{alias}.k=? AND instr({alias}.v,?)>0", (self.keys.parameter(name), text))

    def _windows(self, span: Span) -> list[Sql]:
        key, found = self.keys.parameter(span.parameter), []
        for window in spans.windows(span):
            bounds = [Sql("w.k=?", (key + window.class_,)), *_bounds(span, "w")]
            if window.low_from is not None:
                bounds.append(Sql("w.lo>=?", (number(window.low_from),)))
            if window.low_before is not None:
                bounds.append(Sql("w.lo<?", (number(window.low_before),)))
            where = _joined(bounds, "AND")
            found.append(Sql(f"SELECT w.rid FROM rng w WHERE {where.text}", where.values))
        return found


def _bounds(span: Span, alias: str) -> list[Sql]:
    stated = (
        (f"{alias}.lo>=?", span.low_from),
        (f"{alias}.lo<?", span.low_before),
        (f"{alias}.hi>?", span.high_after),
        (f"{alias}.hi<=?", span.high_to),
    )
    return [Sql(text, (number(value),)) for text, value in stated if value is not None]


def _exists(table: str, where: Sql) -> Sql:
    return Sql(f"EXISTS(SELECT 1 FROM {table} p WHERE p.rid=t.rid AND {where.text})", where.values)


def _in(column: str, keys: tuple[int, ...]) -> Sql:
    """Whether the column is one of these keys, however many they are."""
    if len(keys) > _FEW:
        return Sql(f"{column} IN (SELECT value FROM json_each(?))", (f"[{','.join(map(str, keys))}]",))
    return Sql(f"{column} IN ({','.join('?' * len(keys))})", keys)


def _joined(pieces: Iterable[Sql], word: str) -> Sql:
    listed = list(pieces)
    while len(listed) > _WIDE:
        listed = [_joined(part, word) for part in _groups(listed)]
    return Sql(f" {word} ".join(f"({one.text})" for one in listed), _values(listed))


def _union(selects: list[Sql], word: str) -> Sql:
    while len(selects) > _WIDE:
        within = [_union(part, word) for part in _groups(selects)]
        selects = [Sql(f"SELECT t.rid FROM {one.text}", one.values) for one in within]
    return Sql(f"({f' {word} '.join(one.text for one in selects)}) t", _values(selects))


def _groups(listed: list[Sql]) -> list[list[Sql]]:
    return [listed[place : place + _WIDE] for place in range(0, len(listed), _WIDE)]


def _values(listed: list[Sql]) -> tuple[Value, ...]:
    return tuple(value for one in listed for value in one.values)


_WIDE = 100
"""How many pieces stand side by side: SQLite joins 500 statements and nests expressions 1,000 deep."""
_FEW = 100
"""How many keys are parameters of their own: SQLite takes 32,766 in a statement."""


def _successor(text: str) -> str:
    """The least text after all that begin with this one; empty when there is none."""
    for place in range(len(text) - 1, -1, -1):
        code = ord(text[place])
        if code < 0x10FFFF:
            following = 0xE000 if code == 0xD7FF else code + 1  # surrogates are no characters
            return text[:place] + chr(following)
    return ""
